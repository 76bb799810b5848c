// The way of one file through all that can happen to it: it waits, goes, rests, is lost and found, and is taken in.

const MOST_WAIT = 60; // seconds between two tries of the last step
const REOPENS = new Set(["pending", "handy", "unreadable"]); // what a chosen file may go on from
const known = new Set();
let tools = {};

export function use(given) {
  tools = given;
}

// Send files, or go on with those that have begun.
export async function take(box, chosen) {
  for (const { file, handle } of chosen) {
    const print = await printOf(file);
    const same = [...known].filter((row) => row.box === box && row.is(file, print));
    const begun = same.find((row) => REOPENS.has(row.state));
    if (begun) begun.adopt(file, handle);
    else if (same.some((row) => row.name === file.name && row.state !== "refused")) box.wrong(tools.say("already", { name: file.name }));
    else begin(box, file, print, handle);
  }
}

// Show what is here of a file from another time or another PC.
export function goOn(box, element) {
  return new Row(box, element).wait();
}

function begin(box, file, print, handle) {
  const element = document.getElementById("sending-row").content.firstElementChild.cloneNode(true);
  Object.assign(element.dataset, { name: file.name, size: file.size, here: 0, print: print ?? "", url: "" });
  box.list.append(element);
  const row = new Row(box, element);
  row.face.name(file.name);
  if (print === null) row.refuse(tools.say("unreadable", row.values));
  else if (file.size > Number(box.form.dataset.most)) row.refuse(box.form.dataset.sayTooMuch);
  else row.adopt(file, handle);
}

function printOf(file) {
  return tools.fingerprint(file).catch(() => null); // it cannot be read: the flash drive is out
}

// The page may be older than the sign-in: the cookie is the newer of the two.
function token(form) {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? form.elements.csrfmiddlewaretoken.value;
}

class Row {
  constructor(box, element) {
    const { name, size, here, print, url } = element.dataset;
    Object.assign(this, { box, name, print, url, size: Number(size), here: Number(here) });
    this.face = new tools.Face(element, box.form, tools);
    this.pace = new tools.Pace();
    this.tries = 0;
    for (const button of element.querySelectorAll("[data-press]")) {
      button.addEventListener("click", () => this[button.dataset.press]());
    }
    this.chooser = element.querySelector('input[type="file"]');
    this.chooser.addEventListener("change", () => this.chosen());
    known.add(this);
  }

  get id() {
    return this.url.split("/").filter(Boolean).pop() ?? "";
  }

  get isWhole() {
    return this.url !== "" && this.here === this.size;
  }

  get isOnItsWay() {
    return ["sending", "checking", "lost"].includes(this.state);
  }

  get values() {
    const { name, here, size } = this;
    return { name, here: tools.bytes(here), size: tools.bytes(size) };
  }

  is(file, print) {
    return file.size === this.size && (this.print ? this.print === print : this.name === file.name);
  }

  show(state, { isNews = true, ...more } = {}) {
    clearInterval(this.clock);
    this.state = state;
    this.face.show(state, { ...this.values, ...more }, { isNews });
    this.figures();
    this.markBox();
    tools.turns.stayAwake();
  }

  // While a film is on its way there is no place for another one; pages of a comic may follow.
  markBox() {
    this.box.form.toggleAttribute("data-busy", [...known].some((row) => row.box === this.box && tools.turns.has(row)));
  }

  figures() {
    if (this.state !== "checking") this.face.figures(this.here, this.size, this.pace.perSecond, this.name);
  }

  // --- what a person presses

  go() {
    if (this.state === "handy") return this.reopen();
    if (this.state === "gone") Object.assign(this, { url: "", here: 0, sending: null });
    tools.turns.enter(this);
  }

  pause() {
    this.sending.pause();
    this.show("paused");
  }

  choose() {
    this.chooser.click();
  }

  async chosen() {
    const [file] = this.chooser.files;
    this.chooser.value = "";
    if (!file) return;
    const print = file.size === this.size ? await printOf(file) : null;
    if (this.is(file, print)) return this.adopt(file);
    this.face.wrong(tools.say("other", { ...this.values, other: file.name, its: tools.bytes(file.size) }));
  }

  async drop() {
    this.sending?.pause();
    try {
      if (this.url) await tools.drop(this.url, { "X-CSRFToken": token(this.box.form) });
    } catch {
      this.show("paused", { isNews: false });
      return this.face.wrong(tools.say("notDropped", this.values));
    }
    this.face.speak(tools.say("dropped", this.values));
    this.leave();
  }

  dismiss() {
    this.leave();
  }

  // --- from a file that is known by name to a file at hand

  async wait() {
    if (this.isWhole) return this.show("whole", { isNews: false });
    const found = await tools.kept(this.id);
    this.handle = found?.handle;
    this.show(found ? "handy" : "pending", { isNews: false });
    if (found?.isOpen) this.reopen();
  }

  async reopen() {
    const file = await tools.fileOf(this.handle);
    if (file && this.is(file, await printOf(file))) return this.adopt(file);
    tools.forget(this.id);
    this.show("pending");
  }

  adopt(file, handle) {
    Object.assign(this, { file, sending: null, handle: handle ?? this.handle });
    this.face.wrong("");
    tools.turns.enter(this);
  }

  waitsItsTurn() {
    this.show("waiting", { isNews: false });
  }

  // --- on its way

  run() {
    this.face.wrong("");
    this.pace.forget();
    clearTimeout(this.timer);
    if (this.isWhole) return this.takeIn();
    this.sending ??= this.prepared();
    this.show("sending", { isNews: this.state !== undefined });
    this.sending.start();
  }

  prepared() {
    const { form } = this.box;
    const { name: filename, type: filetype } = this.file;
    return new tools.Sending(tools.tus, this.file, {
      endpoint: form.dataset.endpoint,
      url: this.url,
      metadata: { filename, filetype, target: form.dataset.target, fingerprint: this.print },
      headers: () => ({ "X-CSRFToken": token(form) }),
      told: (what, detail) => this[`is${what}`](detail),
      find: () => this.find(),
    });
  }

  async find() {
    const { endpoint, target } = this.box.form.dataset;
    const { arrivals } = await (await fetch(endpoint)).json();
    const theirs = new Set([...known].map((row) => row.url));
    const isMine = (each) => each.target === target && each.length === this.size && each.offset === 0 && !theirs.has(each.url);
    return arrivals.find(isMine)?.url ?? null;
  }

  lineIsBack() {
    if (this.state === "lost") this.run();
  }

  isAt({ url }) {
    this.url = new URL(url, location.href).pathname;
    this.pace.mark(this.here);
    if (this.handle) tools.keep(this.id, this.handle);
  }

  isHere({ bytes }) {
    if (this.state === "lost") this.show("sending");
    this.here = bytes;
    this.pace.mark(bytes);
    this.figures();
  }

  isLost({ until }) {
    const wait = () => ({ wait: tools.duration(Math.max(0, until - Date.now()) / 1000) });
    this.show("lost", { ...wait(), isNews: this.state !== "lost" });
    this.clock = setInterval(() => this.face.tell("lost", { ...this.values, ...wait() }), 1000);
  }

  isTryingAgain() {
    clearInterval(this.clock);
    this.pace.forget();
    this.face.tell("trying", this.values);
  }

  isUnreadable() {
    tools.forget(this.id);
    this.rest("unreadable");
  }

  isRefused({ status, code, message }) {
    if (status === 401 || code === "csrf") return this.show("signedOut");
    if (this.url && (status === 404 || status === 410)) return this.rest("gone");
    if (this.url && status === 507) return this.rest("full");
    this.refuse(message || tools.say("refusedPlain", this.values));
  }

  isSent() {
    this.here = this.size;
    this.takeIn();
  }

  // --- the last step

  async takeIn() {
    this.show("checking");
    const { form, role } = this.box;
    const body = new FormData();
    for (const [name, value] of [["csrfmiddlewaretoken", token(form)], ["role", role], ["arrival", this.id]]) body.set(name, value);
    try {
      this.taken(await tools.takeIn(form, body));
    } catch {
      this.tryToTakeIn(); // the line is away, or the server starts anew
    }
  }

  tryToTakeIn() {
    this.tries = Math.min(2 * this.tries + 1, MOST_WAIT);
    this.isLost({ until: Date.now() + this.tries * 1000 });
    this.timer = setTimeout(() => this.lineIsBack(), this.tries * 1000);
  }

  taken({ refused, isSignedOut }) {
    if (isSignedOut) return this.show("signedOut");
    if (refused !== undefined) return this.refuse(refused || tools.say("refusedPlain", this.values));
    this.face.speak(tools.say("taken", this.values));
    this.leave();
  }

  // --- off the line

  refuse(text) {
    this.rest("refused", { isNews: false });
    this.face.wrong(text);
  }

  rest(state, how) {
    this.show(state, how);
    tools.turns.leave(this);
    this.markBox();
  }

  leave() {
    known.delete(this);
    clearInterval(this.clock);
    if (this.id) tools.forget(this.id);
    tools.turns.leave(this);
    this.markBox();
    this.face.remove(); // last: the focus goes to the box, which must be there again
  }
}
