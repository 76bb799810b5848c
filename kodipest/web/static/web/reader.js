// The reader of e-books: remembers the place on this device, turns with the arrow keys, sets the letters larger.
// Without it the links at the end of each part lead on, and everything can be read.

const SIZES = [0.9, 1, 1.15, 1.3, 1.5];
const SIZE_KEY = "kodipest-letters";
const REMEMBER_AFTER = 600; // milliseconds without scrolling
const START_SHARE = 0.02; // nobody goes on from the very beginning

export function start(root) {
  new Reader(root);
}

class Reader {
  constructor(root) {
    this.root = root;
    this.key = `kodipest-read-${root.dataset.key}`;
    this.part = Number(root.dataset.part);
    this.offer();
    this.restore();
    this.letters();
    document.addEventListener("keydown", (event) => this.onKey(event));
    window.addEventListener("scroll", () => this.later(), { passive: true });
    window.addEventListener("pagehide", () => this.remember());
    this.fetchNext();
  }

  // --- the place

  get share() {
    const { scrollHeight } = document.documentElement;
    return Math.min(window.scrollY / Math.max(scrollHeight - window.innerHeight, 1), 1);
  }

  get stored() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "null");
    } catch {
      return null;
    }
  }

  offer() {
    const place = this.stored;
    const isElsewhere = place && (place.part !== this.part || place.share > START_SHARE);
    const wasAsked = new URLSearchParams(location.search).has("bagian") || location.hash;
    if (!isElsewhere || wasAsked) return;
    const line = this.root.querySelector("[data-resume]");
    line.querySelector("a").href = `?bagian=${place.part}#di-sini`;
    line.hidden = false;
    this.isOffered = true;
  }

  restore() {
    if (location.hash !== "#di-sini") return;
    const place = this.stored;
    if (place?.part !== this.part) return;
    const go = () => window.scrollTo(0, place.share * (document.documentElement.scrollHeight - window.innerHeight));
    go();
    window.addEventListener("load", go, { once: true });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.remember(), REMEMBER_AFTER);
  }

  remember() {
    if (this.isOffered && this.share <= START_SHARE) return; // the old place stands until one reads here
    try {
      localStorage.setItem(this.key, JSON.stringify({ part: this.part, share: this.share }));
    } catch {
      clearTimeout(this.timer); // no storage on this device: the place lasts for this page only
    }
  }

  // --- turning

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.target.closest?.("input, select, textarea, button, summary, [contenteditable]")) return;
    const ahead = this.root.dataset.reads === "rtl" ? "ArrowLeft" : "ArrowRight";
    const behind = this.root.dataset.reads === "rtl" ? "ArrowRight" : "ArrowLeft";
    if (event.key === ahead) this.turn(1);
    else if (event.key === behind) this.turn(-1);
    else return;
    event.preventDefault();
  }

  // A drawn page at a time; at the end of what is here, the next part.
  turn(step) {
    const sheets = [...this.root.querySelectorAll(".sheets > li")];
    const at = sheets.findLastIndex((sheet) => sheet.getBoundingClientRect().top < window.innerHeight / 3);
    const next = sheets[at + step];
    if (next) next.scrollIntoView({ block: "start" });
    else this.root.querySelector(step > 0 ? '[rel="next"]' : '[rel="prev"]')?.click();
  }

  // What is read next is fetched while this is read, unless data are to be saved.
  fetchNext() {
    const next = this.root.querySelector('[rel="next"]');
    if (!next || navigator.connection?.saveData) return;
    window.addEventListener("load", () => {
      const hint = document.createElement("link");
      hint.rel = "prefetch";
      hint.href = next.href;
      document.head.append(hint);
    });
  }

  // --- the size of the letters

  letters() {
    const tools = this.root.querySelector("[data-sizes]");
    if (!tools) return;
    tools.hidden = false;
    let size = 1;
    try {
      size = Math.min(Math.max(Number(localStorage.getItem(SIZE_KEY) ?? 1), 0), SIZES.length - 1);
    } catch {
      size = 1;
    }
    const show = () => this.root.style.setProperty("--letters", String(SIZES[size]));
    show();
    for (const button of tools.querySelectorAll("[data-size]")) {
      button.addEventListener("click", () => {
        size = Math.min(Math.max(size + Number(button.dataset.size), 0), SIZES.length - 1);
        show();
        try {
          localStorage.setItem(SIZE_KEY, String(size));
        } catch {
          // The choice then lasts for this page only.
        }
      });
    }
  }
}
