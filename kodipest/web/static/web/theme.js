// Before the first paint: the colours this person chose on this device, if any.
try {
  const theme = localStorage.getItem("kodipest-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is shut off: the device's own choice stands.
}
