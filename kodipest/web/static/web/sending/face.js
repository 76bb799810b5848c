// What a row shows and says: words, figures, a bar, and the buttons that fit where the file stands.
// Figures count what the server has acknowledged, never what was handed to the line.

const SPOKEN = 10; // per cent between two figures that a screen reader hears
const BUTTONS = {
  waiting: ["stop"],
  sending: ["pause", "stop"],
  paused: ["go", "stop"],
  lost: ["go", "stop"],
  signedOut: ["go", "stop"],
  full: ["go", "stop"],
  unreadable: ["choose", "stop"],
  pending: ["choose", "stop"],
  handy: ["go", "choose", "stop"],
  whole: ["go", "stop"],
  gone: ["go", "dismiss"],
  refused: ["dismiss"],
  checking: [],
};
const GO = { lost: "goNow", gone: "goAnew", whole: "goTake" };
const words = document.getElementById("sending").dataset;

export function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_whole, name) => values[name]);
}

export class Face {
  constructor(element, form, figures) {
    this.element = element;
    this.form = form;
    this.bytes = figures.bytes;
    this.duration = figures.duration;
    this.bar = element.querySelector("progress");
    this.spoken = 0;
  }

  part(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  name(text) {
    for (const place of this.element.querySelectorAll("[data-of]")) place.textContent = text;
  }

  // `isNews` is false for what the person just did or already knows: then nobody reads it aloud.
  show(state, values, { isNews = true } = {}) {
    const hadFocus = this.part("acts").contains(document.activeElement);
    this.element.dataset.state = state;
    this.tell(state, values);
    for (const button of this.element.querySelectorAll("[data-act]")) {
      button.hidden = !BUTTONS[state].includes(button.dataset.act);
    }
    this.part("stop").open = false;
    this.part("go-word").textContent = say(GO[state] ?? "goOn");
    this.part("sign-in").hidden = state !== "signedOut";
    if (state === "checking") this.bar.removeAttribute("value");
    if (hadFocus) this.focus();
    if (isNews && words[state]) this.speak(`${values.name}: ${say(state, values)}`);
  }

  tell(state, values) {
    this.part("told").textContent = words[state] ? say(state, values) : "";
  }

  focus() {
    this.element.querySelector("[data-act]:not([hidden]) :is(summary), button[data-act]:not([hidden])")?.focus();
  }

  figures(here, size, speed, name) {
    const share = size ? (100 * here) / size : 0;
    const percent = Math.floor(share);
    const { state } = this.element.dataset;
    this.bar.value = share;
    const parts = [`${percent}%`, `${this.bytes(here)} / ${this.bytes(size)}`];
    if (state === "refused") parts.splice(0, 2, this.bytes(size));
    if (speed && state === "sending" && here < size) {
      parts.push(this.bytes(speed, "-per-second"), say("left", { time: this.duration((size - here) / speed) }));
    }
    this.part("figures").textContent = parts.join(" · ");
    const step = Math.floor(percent / SPOKEN);
    if (step > this.spoken && state === "sending" && percent < 100) this.speak(`${name}: ${percent}%`);
    this.spoken = step;
  }

  wrong(text) {
    const note = this.part("wrong");
    note.hidden = !text;
    note.querySelector("p").textContent = text;
    if (text) this.speak(text);
  }

  speak(text) {
    this.form.querySelector("[data-said]").textContent = text;
  }

  remove() {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.remove();
    if (hadFocus) this.form.querySelector(".drop input").focus();
  }
}
