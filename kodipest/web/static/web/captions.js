// The editor of captions beside the player. The text below it stays the truth: each change is written there,
// so saving, keeping and the page without this script are one and the same form.

const LASTS = 2.5; // seconds, of a caption that was just added

class Editor {
  constructor(form) {
    this.form = form;
    this.text = form.querySelector("textarea[name=text]");
    this.list = form.querySelector("[data-cues]");
    this.none = form.querySelector("[data-none]");
    this.template = document.querySelector("template[data-cue]");
    this.player = document.querySelector("[data-player]");
    this.video = this.player?.querySelector("video");
    form.querySelector("[data-plain]").hidden = true;
    this.list.hidden = false;
    this.read();
    this.text.addEventListener("input", () => this.isWriting || this.read()); // brought back by the page
    document.addEventListener("keydown", (event) => this.onKey(event));
    for (const link of document.querySelectorAll("[data-go]")) link.addEventListener("click", () => this.go(Number(link.dataset.go)));
    if (!this.video) return;
    for (const part of document.querySelectorAll("[data-verbs]")) part.hidden = false;
    document.querySelector("[data-add]").addEventListener("click", () => this.add());
    document.querySelector("[data-toggle]").addEventListener("click", () => this.toggle());
    this.live = this.video.addTextTrack("subtitles", "", form.dataset.language);
    this.live.mode = "showing";
    this.video.addEventListener("timeupdate", () => this.follow());
    this.showLive();
  }

  // --- text to rows and back

  read() {
    this.list.replaceChildren(...cuesIn(this.text.value).map((cue) => this.row(cue)));
    this.number();
    if (this.live) this.showLive();
  }

  write() {
    this.isWriting = true;
    this.text.value = textOf(this.cues());
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.isWriting = false;
    this.number();
    if (this.live) this.showLive();
  }

  cues() {
    const rows = [...this.list.children].map((row) => ({
      row,
      start: secondsOf(row.querySelector("[data-start]").value),
      end: secondsOf(row.querySelector("[data-end]").value),
      words: row.querySelector("[data-words]").value.trim(),
    }));
    for (const { row, start, end } of rows) {
      const isWrong = !(start >= 0 && end > start);
      row.querySelector("[data-wrong]").hidden = !isWrong;
      row.classList.toggle("wrong", isWrong);
    }
    return rows;
  }

  row({ start, end, words }) {
    const row = this.template.content.firstElementChild.cloneNode(true);
    row.querySelector("[data-start]").value = clock(start);
    row.querySelector("[data-end]").value = clock(end);
    row.querySelector("[data-words]").value = words;
    row.addEventListener("input", (event) => {
      event.stopPropagation();
      this.write();
    });
    for (const name of ["play", "start", "end", "remove"]) {
      row.querySelector(`[data-act="${name}"]`).addEventListener("click", () => this[`${name}Row`](row));
    }
    return row;
  }

  number() {
    [...this.list.children].forEach((row, index) => {
      row.id = `cue-${index + 1}`;
      row.querySelector("[data-number]").textContent = index + 1;
    });
    this.none.hidden = this.list.children.length > 0;
  }

  // --- verbs of a row

  playRow(row) {
    this.go(secondsOf(row.querySelector("[data-start]").value));
  }

  startRow(row) {
    row.querySelector("[data-start]").value = clock(this.now);
    this.write();
  }

  endRow(row) {
    row.querySelector("[data-end]").value = clock(this.now);
    this.write();
  }

  removeRow(row) {
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    this.write();
    near?.querySelector("[data-words]").focus();
  }

  // --- verbs of the film

  get now() {
    return this.video?.currentTime ?? 0;
  }

  add() {
    const start = this.now;
    const rows = [...this.list.children];
    const next = rows.find((row) => secondsOf(row.querySelector("[data-start]").value) > start);
    const free = next ? secondsOf(next.querySelector("[data-start]").value) : Number(this.player.dataset.seconds) || start + LASTS;
    const row = this.row({ start, end: Math.max(start + 0.5, Math.min(start + LASTS, free)), words: "" });
    this.list.insertBefore(row, next ?? null);
    this.write();
    row.querySelector("[data-words]").focus();
    row.scrollIntoView({ block: "nearest" });
  }

  go(seconds) {
    this.player?.dispatchEvent(new CustomEvent("go", { detail: seconds }));
  }

  toggle() {
    if (this.video.paused) this.go(this.now);
    else this.video.pause();
  }

  follow() {
    const at = this.now;
    for (const row of this.list.children) {
      const isNow = at >= secondsOf(row.querySelector("[data-start]").value) && at < secondsOf(row.querySelector("[data-end]").value);
      if (isNow === row.classList.contains("now")) continue;
      row.classList.toggle("now", isNow);
      if (isNow && !this.video.paused && !this.list.contains(document.activeElement)) row.scrollIntoView({ block: "nearest" });
    }
  }

  showLive() {
    for (const cue of [...(this.live.cues ?? [])]) this.live.removeCue(cue);
    for (const { start, end, words } of this.cues()) if (words && end > start) this.live.addCue(new VTTCue(start, end, words));
  }

  onKey(event) {
    if (!event.ctrlKey || !this.video) return;
    if (event.key === " ") this.toggle();
    else if (event.key === "Enter") this.add();
    else return;
    event.preventDefault();
  }
}

function cuesIn(text) {
  const cues = [];
  for (const block of text.replaceAll("\r\n", "\n").split(/\n{2,}/)) {
    const lines = block.split("\n");
    const at = lines.findIndex((line) => line.includes("-->"));
    if (at < 0) continue;
    const [start, end] = lines[at].split("-->").map((side) => secondsOf(side.trim().split(" ")[0]));
    cues.push({ start, end, words: unescaped(lines.slice(at + 1).join("\n").trim()) });
  }
  return cues;
}

function textOf(cues) {
  const blocks = cues.filter(({ words }) => words).map(({ start, end, words }) => `${clock(start, true)} --> ${clock(end, true)}\n${escaped(words)}\n`);
  return ["WEBVTT\n", ...blocks].join("\n");
}

function escaped(words) {
  return words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replace(/\n{2,}/g, "\n");
}

function unescaped(words) {
  return words.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function secondsOf(stamp) {
  if (!/^[\d:.,\s]+$/.test(stamp)) return Number.NaN;
  return stamp.trim().replace(",", ".").split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

function clock(seconds, isWhole = false) {
  if (!Number.isFinite(seconds)) return "";
  const thousandths = Math.round(seconds * 1000);
  const hours = Math.floor(thousandths / 3_600_000);
  const minutes = Math.floor(thousandths / 60_000) % 60;
  const rest = ((thousandths % 60_000) / 1000).toFixed(isWhole ? 3 : 1).padStart(isWhole ? 6 : 4, "0");
  if (isWhole || hours) return `${String(hours).padStart(isWhole ? 2 : 1, "0")}:${String(minutes).padStart(2, "0")}:${rest}`;
  return `${minutes}:${rest}`;
}

const form = document.querySelector("[data-captions-form]");
if (form) new Editor(form);
