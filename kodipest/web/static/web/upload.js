// Sends files with a bar that tells the truth: bytes sent, speed, time left; it can be stopped.
// Without it the same form sends the file as any form does.

const STEP_MS = 250;

function words(seconds, lang) {
  const unit = seconds < 90 ? "second" : "minute";
  const count = seconds < 90 ? Math.max(1, Math.round(seconds)) : Math.round(seconds / 60);
  return new Intl.NumberFormat(lang, { style: "unit", unit, unitDisplay: "long" }).format(count);
}

function bytes(count, lang, perSecond = false) {
  const names = ["byte", "kilobyte", "megabyte", "gigabyte"];
  const step = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), names.length - 1);
  const unit = perSecond ? `${names[step]}-per-second` : names[step];
  return new Intl.NumberFormat(lang, { style: "unit", unit, maximumFractionDigits: step > 1 ? 1 : 0 }).format(count / 1000 ** step);
}

class Sender {
  constructor(form) {
    this.form = form;
    this.lang = document.documentElement.lang;
    this.input = form.querySelector('input[type="file"]');
    this.box = form.querySelector("[data-sending]");
    this.bar = this.box.querySelector("progress");
    this.queue = [];
    if ("many" in this.input.dataset) this.input.multiple = true;
    form.querySelector("[data-send]").hidden = true; // choosing is sending
    this.input.classList.add("hush"); // its label is the box; the keyboard still reaches it
    this.input.required = false;
    this.input.addEventListener("change", () => this.take(this.input.files));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.take(this.input.files);
    });
    form.querySelector("[data-cancel]").addEventListener("click", () => this.stop());
    this.listenForDrops(form.querySelector(".drop"));
  }

  listenForDrops(drop) {
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.add("over");
      });
    }
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      this.take(event.dataTransfer.files);
    });
  }

  take(files) {
    this.queue.push(...(this.input.multiple ? files : [...files].slice(0, 1)));
    if (!this.request && this.queue.length) this.send(this.queue.shift());
  }

  send(file) {
    if (file.size > Number(this.form.dataset.most)) return this.failed(this.form.dataset.sayTooMuch);
    const body = new FormData(this.form);
    body.set("upload", file, file.name);
    this.file = file;
    this.began = performance.now();
    this.shown = 0;
    this.wrong("");
    this.form.dataset.busy = "yes";
    this.box.hidden = false;
    this.box.querySelector("[data-label]").textContent = file.name;
    this.show(0, file.size);
    this.say(this.form.dataset.saySending + " " + file.name);
    const request = (this.request = new XMLHttpRequest());
    request.open("POST", this.form.action);
    request.responseType = "document";
    request.upload.addEventListener("progress", (event) => this.show(event.loaded, event.total));
    request.upload.addEventListener("load", () => this.arrived());
    request.addEventListener("load", () => this.answered(request));
    request.addEventListener("error", () => this.failed(this.form.dataset.sayLost));
    request.addEventListener("abort", () => this.failed(this.form.dataset.sayStopped));
    request.send(body);
  }

  show(sent, total) {
    const now = performance.now();
    if (sent < total && now - this.shown < STEP_MS) return;
    this.shown = now;
    const seconds = (now - this.began) / 1000;
    const speed = sent / Math.max(seconds, 0.001);
    this.bar.value = total ? (100 * sent) / total : 0;
    const parts = [`${Math.floor(this.bar.value)} %`, `${bytes(sent, this.lang)} / ${bytes(total, this.lang)}`];
    if (seconds > 1 && sent) {
      parts.push(bytes(speed, this.lang, true), `${words((total - sent) / speed, this.lang)} ${this.form.dataset.sayLeft}`);
    }
    this.box.querySelector("[data-figures]").textContent = parts.join(" · ");
  }

  arrived() {
    this.bar.removeAttribute("value");
    this.box.querySelector("[data-figures]").textContent = this.form.dataset.sayChecking;
    this.say(this.form.dataset.sayChecking);
  }

  // The answer is the page of the work, or the page that says what is wrong: its parts are taken over.
  answered(request) {
    this.request = null;
    const page = request.response;
    const fresh = page?.getElementById("file-rows");
    if (!fresh) return this.failed(page?.querySelector("main h1 + p, main p")?.textContent ?? this.form.dataset.sayLost);
    const errors = page.querySelector("#upload-errors")?.textContent.trim();
    if (errors) return this.failed(errors);
    for (const id of ["file-rows", "preview", "next"]) this.swap(id, page.getElementById(id));
    if (this.queue.length) return this.send(this.queue.shift());
    this.rest();
  }

  swap(id, fresh) {
    const old = document.getElementById(id);
    if (!old || !fresh) return;
    const own = document.adoptNode(fresh);
    old.replaceWith(own);
    window.htmx?.process(own);
    const film = own.querySelector("[data-player]");
    if (film) import(film.dataset.player).then((module) => module.start(film));
  }

  failed(text) {
    this.request = null;
    this.queue = [];
    this.rest();
    this.wrong(text);
    this.say(text);
  }

  rest() {
    delete this.form.dataset.busy;
    this.box.hidden = true;
    this.bar.value = 0;
    this.input.value = "";
  }

  stop() {
    this.queue = [];
    this.request?.abort();
    this.input.focus();
  }

  wrong(text) {
    const note = this.form.querySelector("[data-wrong]");
    note.hidden = !text;
    note.querySelector("p").textContent = text;
  }

  say(text) {
    this.form.querySelector("[data-said]").textContent = text;
  }
}

const senders = [...document.querySelectorAll("form[data-upload]")].map((form) => new Sender(form));
addEventListener("beforeunload", (event) => {
  if (senders.some((sender) => sender.request)) event.preventDefault();
});
