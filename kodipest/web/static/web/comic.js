// A comic page by page: swipe, arrow keys, buttons; the next page is fetched before it is wanted.
// Without this script the pages stand one below the other, as on paper.

const MODE_KEY = "kodipest-comic";

export function start(root) {
  new Comic(root);
}

class Comic {
  constructor(root) {
    this.root = root;
    this.list = root.querySelector("[data-pages]");
    this.pages = [...this.list.children];
    this.at = 0;
    this.key = root.dataset.key && `kodipest-page-${root.dataset.key}`;
    this.act("tools").hidden = this.pages.length < 2;
    this.side(root.dataset.reads);
    const full = root.querySelector('[data-act="full"]');
    full.hidden = !root.requestFullscreen;
    for (const button of root.querySelectorAll("[data-act]")) button.addEventListener("click", () => this.do(button.dataset.act));
    document.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("click", (event) => this.onClick(event));
    this.watch();
    if (this.recall(MODE_KEY) === "paged") this.page(true);
  }

  act(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  get isPaged() {
    return this.root.classList.contains("paged");
  }

  do(name) {
    if (name === "paged") {
      this.page(!this.isPaged);
      if (this.isPaged) this.root.scrollIntoView({ block: "start" });
    }
    if (name === "side") this.side(this.reads === "rtl" ? "ltr" : "rtl");
    if (name === "full") document.fullscreenElement ? document.exitFullscreen() : this.root.requestFullscreen().then(() => this.page(true));
    if (name === "next") this.go(this.at + 1);
    if (name === "previous") this.go(this.at - 1);
  }

  page(isPaged) {
    const { at } = this;
    this.root.classList.toggle("paged", isPaged);
    this.root.querySelector('[data-act="paged"]').setAttribute("aria-pressed", String(isPaged));
    this.act("bar").hidden = !isPaged;
    this.keep(MODE_KEY, isPaged ? "paged" : "strip");
    if (isPaged) this.go(Number(this.recall(this.key)) || at, "instant");
    else this.pages[at].scrollIntoView({ block: "nearest" });
  }

  side(reads) {
    this.reads = reads;
    this.list.dir = reads;
    this.act("bar").dir = reads;
    this.root.querySelector('[data-act="side"]').setAttribute("aria-pressed", String(reads === "rtl"));
    if (this.isPaged) this.go(this.at, "instant");
  }

  go(to, behavior = "auto") {
    const at = Math.min(Math.max(to, 0), this.pages.length - 1);
    const place = this.pages[at].offsetLeft - this.pages[0].offsetLeft;
    this.list.scrollTo({ left: place, behavior });
    this.show(at);
  }

  show(at) {
    this.at = at;
    this.act("at").textContent = `${at + 1} / ${this.pages.length}`;
    this.root.querySelector('[data-act="previous"]').disabled = at === 0;
    this.root.querySelector('[data-act="next"]').disabled = at === this.pages.length - 1;
    for (const near of this.pages.slice(at, at + 3)) near.querySelector("img").loading = "eager";
    this.keep(this.key, String(at));
  }

  watch() {
    const seen = new IntersectionObserver(
      (entries) => {
        const shown = entries.filter((entry) => entry.isIntersecting).at(-1);
        if (shown) this.show(this.pages.indexOf(shown.target));
      },
      { threshold: 0.6 },
    );
    for (const page of this.pages) seen.observe(page);
  }

  onKey(event) {
    if (!this.isPaged || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, select, textarea, [contenteditable]")) return;
    const [ahead, behind] = this.reads === "rtl" ? ["ArrowLeft", "ArrowRight"] : ["ArrowRight", "ArrowLeft"];
    if (event.key === ahead || event.key === "PageDown") this.go(this.at + 1);
    else if (event.key === behind || event.key === "PageUp") this.go(this.at - 1);
    else if (event.key === "Home") this.go(0);
    else if (event.key === "End") this.go(this.pages.length - 1);
    else return;
    event.preventDefault();
  }

  // Page by page a touch on one half of the picture turns; otherwise it opens the picture itself.
  onClick(event) {
    const sheet = event.target.closest("a.sheet");
    if (!this.isPaged || !sheet || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const box = sheet.getBoundingClientRect();
    const isRight = event.clientX > box.left + box.width / 2;
    this.go(this.at + (isRight === (this.reads === "ltr") ? 1 : -1));
  }

  // --- what this device remembers

  recall(key) {
    try {
      return key ? localStorage.getItem(key) : null;
    } catch {
      return null;
    }
  }

  keep(key, value) {
    if (!key) return;
    try {
      localStorage.setItem(key, value);
    } catch {
      this.key = ""; // no storage on this device
    }
  }
}
