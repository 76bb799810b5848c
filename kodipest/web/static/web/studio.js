// What a signed-in page adds: it keeps what is typed, adds up a rubric, sends a form once.
// Everything works without it; the server decides.

const PREFIX = "kodipest-typed:";
const WEEK = 7 * 24 * 3600 * 1000;
const SKIPPED = new Set(["hidden", "file", "password", "submit", "button"]);

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null; // storage is shut off or holds something else: nothing was kept
  }
}

function forget(mine) {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX) && mine(key)) localStorage.removeItem(key);
  } catch {
    // Nothing was kept, so nothing needs to go.
  }
}

function fieldsOf(form) {
  return [...form.elements].filter((field) => field.name && !SKIPPED.has(field.type));
}

function valuesOf(form) {
  const values = {};
  for (const field of fieldsOf(form)) {
    if (field.type === "radio" || field.type === "checkbox") {
      if (field.checked) values[field.name] = field.value;
    } else values[field.name] = field.value;
  }
  return values;
}

function fill(form, values) {
  for (const field of fieldsOf(form)) {
    if (!(field.name in values)) continue;
    if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === values[field.name];
    else field.value = values[field.name];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function keep(form) {
  const key = PREFIX + location.pathname + "#" + form.dataset.keep;
  const saved = valuesOf(form);
  const panel = form.closest(".panel") ?? form;
  const tag = panel.querySelector("[data-kept]");
  const brought = panel.querySelector("[data-brought]");
  const kept = read(key);
  // After a refusal the server has put back what was typed: that is the newest.
  if (kept && !form.querySelector(".wrong") && JSON.stringify(kept.values) !== JSON.stringify(saved)) {
    fill(form, kept.values);
    if (brought) brought.hidden = false;
  }
  brought?.querySelector("[data-drop]")?.addEventListener("click", () => {
    forget((each) => each === key);
    fill(form, saved);
    forget((each) => each === key);
    brought.hidden = true;
  });
  form.addEventListener("input", () => {
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), values: valuesOf(form) }));
      if (tag) tag.hidden = false;
    } catch {
      // Full or shut off: the words stand on the page all the same.
    }
  });
  return key;
}

// What was sent and taken is forgotten on the next page; after a refusal that page is the form again.
function settle() {
  const sent = sessionStorage.getItem(PREFIX + "sent");
  sessionStorage.removeItem(PREFIX + "sent");
  if (sent && !document.querySelector(".wrong, .note.error:not([hidden])")) forget((key) => key === sent);
}

function keepAll() {
  settle();
  for (const form of document.querySelectorAll("form[data-keep]")) {
    const key = keep(form);
    form.addEventListener("submit", () => sessionStorage.setItem(PREFIX + "sent", key));
  }
}

function addUp(form) {
  const mark = Number(form.dataset.rubric);
  const highest = Number(form.dataset.highest);
  const output = form.querySelector("[data-total]");
  const line = form.querySelector("[data-total-line]");
  const count = form.querySelectorAll(".criterion").length;
  const write = () => {
    const chosen = [...form.querySelectorAll("[data-weight]:checked")];
    if (chosen.length < count) return;
    const total = chosen.reduce((sum, each) => sum + (Number(each.dataset.weight) * Number(each.value)) / highest, 0);
    output.value = total.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 2 });
    line.classList.toggle("low", total < mark);
  };
  form.addEventListener("change", write);
  form.addEventListener("input", write);
  write();
}

forget((key) => Date.now() - (read(key)?.at ?? 0) > WEEK);
for (const form of document.querySelectorAll("form[data-rubric]")) addUp(form);
try {
  keepAll();
} catch {
  // No storage: the page works without keeping.
}

// A shared computer: who signs out leaves nothing typed behind.
for (const form of document.querySelectorAll('form[action*="/akun/"]')) form.addEventListener("submit", () => forget(() => true));

// After a refusal the page begins where something is wrong, not at its top.
const wrong = document.querySelector(
  'main [aria-invalid="true"], main form .note.error:not([hidden]), #next .note.error, #upload-errors .note, main form .wrong',
);
if (wrong) {
  if (!wrong.matches("input, select, textarea")) wrong.tabIndex = -1;
  wrong.focus({ preventScroll: true });
  wrong.scrollIntoView({ block: "center" });
}

// What htmx brings in later is started as if it had been there from the beginning.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const film = event.detail.target?.querySelector?.("[data-player]") ?? document.querySelector("#preview [data-player]:not(.live)");
  if (film && !film.classList.contains("live")) import(film.dataset.player).then((module) => module.start(film));
});

// A double click sends once. The button comes back when the page does (Back button).
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("form[data-once]")) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A finding names a place in the film: the player goes there and plays.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-jump]");
  const player = document.querySelector("[data-player].live");
  if (!link || !player) return;
  event.preventDefault();
  const video = player.querySelector("video");
  const start = player.querySelector("[data-start]");
  const go = () => (video.currentTime = Number(link.dataset.jump));
  if (video.readyState) go();
  else video.addEventListener("loadedmetadata", go, { once: true });
  if (start.hidden) video.play();
  else start.click();
  player.scrollIntoView({ block: "center" });
});
