// The few things every page does: colours, menus that close, sharing. All work without it.

const root = document.documentElement;
const ROUND = ["system", "light", "dark"];

function chosenTheme() {
  return root.dataset.theme ?? "system";
}

function remember(theme) {
  try {
    if (theme === "system") localStorage.removeItem("kodipest-theme");
    else localStorage.setItem("kodipest-theme", theme);
  } catch {
    // The choice then lasts for this page only.
  }
}

function showTheme(button) {
  const theme = chosenTheme();
  const words = button.dataset[`say${theme[0].toUpperCase()}${theme.slice(1)}`];
  button.setAttribute("aria-label", words);
  button.title = words;
  for (const mark of button.querySelectorAll("[data-theme-icon]")) mark.hidden = mark.dataset.themeIcon !== theme;
}

for (const button of document.querySelectorAll("[data-theme-switch]")) {
  button.hidden = false;
  showTheme(button);
  button.addEventListener("click", () => {
    const theme = ROUND[(ROUND.indexOf(chosenTheme()) + 1) % ROUND.length];
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    remember(theme);
    showTheme(button);
  });
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

for (const button of document.querySelectorAll("[data-share]")) {
  if (!navigator.share && !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const link = { title: button.dataset.title, url: button.dataset.share };
    try {
      if (navigator.share) return await navigator.share(link);
      await navigator.clipboard.writeText(link.url);
      button.querySelector("[data-words]").textContent = button.dataset.done;
    } catch (refused) {
      if (refused.name !== "AbortError") location.hash = "share";
    }
  });
}

const net = document.querySelector("[data-net]");
if (net) {
  let later;
  window.addEventListener("offline", () => {
    clearTimeout(later);
    net.textContent = net.dataset.sayOff;
  });
  window.addEventListener("online", () => {
    net.textContent = net.dataset.sayOn;
    later = setTimeout(() => (net.textContent = ""), 4000);
  });
}

// Whatever else a page holds brings its own script, and works without it.
for (const part of document.querySelectorAll("[data-module]")) import(part.dataset.module).then((module) => module.start(part));

// The player comes only when a page has one, and its engine only when somebody presses play.
const film = document.querySelector("[data-player]");
if (film) import(film.dataset.player).then((module) => module.start(film));
