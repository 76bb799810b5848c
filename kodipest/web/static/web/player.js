// The player of a film or a sound. The engine that reads HLS comes only when somebody presses play.
// Every word it shows stands in the page; without this script the browser's own controls work.

const STEP = { ArrowLeft: -5, ArrowRight: 5, j: -10, l: 10 };
const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const REMEMBER_EVERY = 5; // seconds
const EDGE_SECONDS = 15; // nobody resumes this close to either end…
const EDGE_SHARE = 0.1; // …or, in a short film, within this part of it
const CAPTIONS = "kodipest-captions"; // under which a browser remembers the language
const QUIET_AFTER = 2500; // milliseconds without a move in full screen
const LOOK_AGAIN = 6000; // milliseconds between looks at a broken connection

export function start(root) {
  return new Player(root);
}

class Player {
  constructor(root) {
    this.root = root;
    this.video = root.querySelector("video");
    this.key = `kodipest-at-${root.dataset.work}`;
    this.part = (name) => root.querySelector(`[data-${name}]`);
    this.tiles = [];
    this.remembered = 0;
    this.isPrepared = false;
    this.takeOver();
    this.listen();
    this.recallCaptions();
    this.offerToResume();
  }

  // --- from the browser's controls to ours

  takeOver() {
    this.video.removeAttribute("src");
    this.video.controls = false;
    this.part("start").hidden = false;
    this.part("controls").hidden = false;
    this.root.classList.add("live");
    this.showTime();
    if ("growing" in this.root.dataset) this.sayGrowing(true);
    const pip = this.root.querySelector('[data-act="pip"]');
    if (pip && document.pictureInPictureEnabled) pip.hidden = false;
  }

  async prepare() {
    if (this.isPrepared) return;
    this.isPrepared = true;
    this.root.dataset.state = "loading";
    const canExtend = "MediaSource" in window || "ManagedMediaSource" in window;
    if (!canExtend && this.video.canPlayType("application/vnd.apple.mpegurl")) {
      this.video.src = this.root.dataset.src;
      this.video.load();
    } else {
      await this.attachEngine();
    }
    if (this.root.dataset.storyboard) this.readStoryboard(this.root.dataset.storyboard);
  }

  async attachEngine() {
    const { default: Hls } = await import(this.root.dataset.engine);
    this.Hls = Hls;
    if (!Hls.isSupported()) throw new Error("unsupported");
    const slow = navigator.connection?.saveData === true;
    this.engine = new Hls({
      enableWorker: false, // a worker would come from a blob: address, which the site's policy forbids
      capLevelToPlayerSize: true,
      startLevel: slow ? 0 : -1,
      abrEwmaDefaultEstimate: slow ? 300000 : 700000,
      maxBufferLength: 30,
      backBufferLength: 60,
      startPosition: this.wanted ?? -1,
      liveDurationInfinity: false,
      // The thrifty AV1 set ends at 480 lines, and the engine would never leave it again.
      videoPreference: slow ? undefined : { videoCodec: "avc1" },
    });
    this.isThrifty = slow;
    this.engine.on(Hls.Events.MANIFEST_PARSED, () => this.listQualities());
    this.engine.on(Hls.Events.LEVEL_UPDATED, (_event, { details }) => {
      this.sayGrowing(details.live);
      this.known = details.live ? details.edge : undefined;
      this.showTime();
    });
    this.engine.on(Hls.Events.LEVEL_SWITCHED, () => this.showQuality());
    this.engine.on(Hls.Events.ERROR, (_event, problem) => this.meet(problem));
    this.engine.loadSource(this.root.dataset.src);
    this.engine.attachMedia(this.video);
  }

  meet(problem) {
    if (!problem.fatal) return;
    if (problem.type === this.Hls.ErrorTypes.MEDIA_ERROR && !this.mended) {
      this.mended = true;
      this.engine.recoverMediaError();
      return;
    }
    const isNetwork = problem.type === this.Hls.ErrorTypes.NETWORK_ERROR;
    const isGone = (problem.response?.code ?? 0) >= 400 && problem.response.code < 500;
    this.fail(isNetwork && !isGone ? "offline" : "broken");
    if (isNetwork && !isGone) this.later = setTimeout(() => this.retry(), LOOK_AGAIN);
  }

  // --- verbs

  async play() {
    this.part("start").hidden = true;
    this.part("offer").hidden = true;
    this.clearTrouble();
    try {
      await this.prepare();
      await this.video.play();
    } catch (problem) {
      if (problem.name === "AbortError") return; // a pause came first
      if (problem.name === "NotAllowedError") {
        this.part("start").hidden = false;
        return;
      }
      this.fail(navigator.onLine ? "broken" : "offline");
    }
  }

  toggle() {
    if (this.video.paused) this.play();
    else this.video.pause();
  }

  retry() {
    clearTimeout(this.later);
    const at = this.video.currentTime;
    this.engine?.destroy();
    this.engine = undefined;
    this.mended = false;
    this.isPrepared = false;
    if (at > 0) this.wanted = at;
    this.clearTrouble();
    this.play();
  }

  seek(seconds) {
    const to = Math.min(Math.max(seconds, 0), Math.max(this.duration - 0.1, 0));
    if (this.isPrepared) this.video.currentTime = to;
    else this.wanted = to;
    this.showTime(to);
  }

  speed(step) {
    const at = SPEEDS.indexOf(this.video.playbackRate);
    const next = SPEEDS[Math.min(Math.max(at + step, 0), SPEEDS.length - 1)];
    this.video.playbackRate = next;
    this.part("speed").value = String(next);
  }

  full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.root.requestFullscreen) this.root.requestFullscreen();
    else this.video.webkitEnterFullscreen?.();
  }

  captions() {
    const select = this.part("captions");
    if (select.options.length < 2) return;
    this.showCaptions(select.value ? "" : (this.lastCaptions ?? select.options[1].value));
  }

  showCaptions(language) {
    for (const track of this.video.textTracks) {
      if (track.kind === "captions") track.mode = track.language === language ? "showing" : "disabled";
    }
    this.part("captions").value = language;
    this.lastCaptions = language || this.lastCaptions;
    try {
      localStorage.setItem(CAPTIONS, language);
    } catch {
      // The choice then lasts for this page only.
    }
  }

  recallCaptions() {
    let language = "";
    try {
      language = localStorage.getItem(CAPTIONS) ?? "";
    } catch {
      return;
    }
    if ([...this.part("captions").options].some((option) => option.value && option.value === language)) this.showCaptions(language);
  }

  act(name) {
    if (name === "play") this.toggle();
    if (name === "mute") this.video.muted = !this.video.muted;
    if (name === "full") this.full();
    if (name === "pip") document.pictureInPictureElement ? document.exitPictureInPicture() : this.video.requestPictureInPicture();
  }

  // --- what is shown

  get duration() {
    const said = this.video.duration;
    if (this.known) return Math.max(this.known, Number.isFinite(said) ? said : 0);
    return Number.isFinite(said) && said > 0 ? said : Number(this.root.dataset.seconds) || 0;
  }

  showTime(at = this.video.currentTime || this.wanted || 0) {
    const { duration } = this;
    const share = duration ? at / duration : 0;
    const seek = this.part("seek");
    if (!this.isDragging) seek.value = String(Math.round(share * 1000));
    this.paint(share);
    seek.setAttribute("aria-valuetext", `${clock(at)} / ${clock(duration)}`);
    this.part("time").textContent = `${clock(at)} / ${clock(duration)}`;
    const { buffered } = this.video;
    const end = buffered.length ? buffered.end(buffered.length - 1) : 0;
    this.part("loaded").style.inlineSize = `${duration ? Math.min(end / duration, 1) * 100 : 0}%`;
  }

  // The part that was played is bright, on the bar and in the wave of a sound.
  paint(share) {
    for (const name of ["seek", "peaks"]) this.part(name)?.style.setProperty("--done", `${share * 100}%`);
  }

  showState() {
    const { paused, muted, volume } = this.video;
    this.swap("play", paused ? "paused" : "playing", paused ? "play" : "pause");
    this.swap("mute", muted || volume === 0 ? "muted" : "loud", muted ? "unmute" : "mute");
    const isFull = document.fullscreenElement === this.root;
    this.swap("full", isFull ? "large" : "small", isFull ? "unfull" : "full");
  }

  swap(act, on, say) {
    const button = this.root.querySelector(`[data-act="${act}"]`);
    if (!button) return;
    for (const mark of button.querySelectorAll("[data-on]")) mark.hidden = mark.dataset.on !== on;
    button.setAttribute("aria-label", this.say(say));
  }

  say(name) {
    return this.root.dataset[`say${name[0].toUpperCase()}${name.slice(1)}`];
  }

  sayGrowing(isGrowing) {
    const note = this.part("grows");
    note.hidden = !isGrowing;
    note.querySelector("span").textContent = this.say("growing");
  }

  fail(say) {
    this.part("waiting").hidden = true;
    this.part("trouble-words").textContent = this.say(say);
    this.part("trouble").hidden = false;
    this.root.dataset.state = "trouble";
  }

  clearTrouble() {
    this.part("trouble").hidden = true;
  }

  listQualities() {
    const select = this.part("quality");
    const set = this.isThrifty && this.engine.levels.some((level) => level.videoCodec?.startsWith("av01")) ? "av01" : "avc1";
    const levels = this.engine.levels
      .map((level, index) => ({ index, codec: level.videoCodec, side: Math.min(level.width || 0, level.height || 0) }))
      .filter(({ codec }) => !codec || codec.startsWith(set));
    if (levels.length < 2 || !levels[0].side) return;
    select.replaceChildren(new Option(this.say("auto"), "-1"));
    for (const { index, side } of levels.sort((one, other) => one.side - other.side)) select.add(new Option(`${side}p`, String(index)));
    this.part("quality-box").hidden = false;
  }

  showQuality() {
    const select = this.part("quality");
    const level = this.engine.levels[this.engine.currentLevel];
    if (!select.options.length || !level) return;
    const side = Math.min(level.width, level.height);
    select.options[0].textContent = this.engine.autoLevelEnabled ? `${this.say("auto")} · ${side}p` : this.say("auto");
  }

  // --- the storyboard above the seek bar

  async readStoryboard(address) {
    try {
      const answer = await fetch(address);
      if (answer.ok) this.tiles = readTiles(await answer.text(), new URL(address, location.href));
    } catch {
      this.tiles = []; // a preview is a comfort; without it seeking still works
    }
  }

  showStill(event) {
    const bar = this.part("seek").getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - bar.left) / bar.width, 0), 1);
    const at = share * this.duration;
    const tile = this.tiles.find((candidate) => at >= candidate.from && at < candidate.to) ?? this.tiles.at(-1);
    const still = this.part("still");
    const image = this.part("still-image");
    still.hidden = false;
    this.part("still-time").textContent = clock(at);
    let width = 0;
    image.hidden = !tile;
    if (tile) {
      width = tile.width;
      image.style.inlineSize = `${tile.width}px`;
      image.style.blockSize = `${tile.height}px`;
      image.style.backgroundImage = `url("${tile.image}")`;
      image.style.backgroundPosition = `-${tile.x}px -${tile.y}px`;
    }
    const left = Math.min(Math.max(share * bar.width - width / 2, 0), bar.width - width);
    still.style.insetInlineStart = `${left}px`;
  }

  // --- where the person stopped

  get edge() {
    return Math.min(EDGE_SECONDS, this.duration * EDGE_SHARE);
  }

  remember(every = REMEMBER_EVERY) {
    const at = this.video.currentTime;
    if (!this.isPrepared || Math.abs(at - this.remembered) < every) return;
    this.remembered = at;
    try {
      if (at < this.edge || at > this.duration - this.edge) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, String(Math.floor(at)));
    } catch {
      this.remembered = Number.POSITIVE_INFINITY; // no storage on this device: stop trying
    }
  }

  offerToResume() {
    let at = 0;
    try {
      at = Number(localStorage.getItem(this.key)) || 0;
    } catch {
      return;
    }
    if (at < this.edge || at === 0) return;
    this.part("offer-time").textContent = clock(at);
    this.part("offer").hidden = false;
    this.part("start").hidden = true;
    this.part("resume").addEventListener("click", () => {
      this.wanted = at;
      this.play();
    });
    this.part("restart").addEventListener("click", () => {
      this.wanted = undefined;
      this.play();
    });
  }

  // --- ears

  listen() {
    const { video, root } = this;
    for (const button of root.querySelectorAll("[data-act]")) button.addEventListener("click", () => this.act(button.dataset.act));
    this.part("start").addEventListener("click", () => this.play());
    this.part("retry").addEventListener("click", () => this.retry());
    video.addEventListener("click", () => this.toggle());
    for (const event of ["play", "pause", "volumechange", "ended"]) video.addEventListener(event, () => this.showState());
    document.addEventListener("fullscreenchange", () => this.showState());
    video.addEventListener("timeupdate", () => {
      this.showTime();
      this.remember();
    });
    video.addEventListener("pause", () => this.remember(1));
    window.addEventListener("pagehide", () => this.remember(1));
    for (const event of ["progress", "durationchange", "seeked"]) video.addEventListener(event, () => this.showTime());
    video.addEventListener("waiting", () => (this.part("waiting").hidden = false));
    for (const event of ["playing", "pause", "canplay"]) video.addEventListener(event, () => (this.part("waiting").hidden = true));
    video.addEventListener("loadedmetadata", () => {
      root.dataset.state = "ready";
      if (this.wanted) video.currentTime = this.wanted;
      this.wanted = undefined;
    });
    video.addEventListener("error", () => this.engine ?? this.fail("broken"));
    this.part("captions").addEventListener("change", (event) => this.showCaptions(event.target.value));
    root.addEventListener("go", (event) => {
      this.seek(event.detail);
      this.play();
    });
    window.addEventListener("online", () => this.part("trouble").hidden || this.retry());
    this.listenToSeek();
    this.part("volume").addEventListener("input", (event) => {
      video.volume = Number(event.target.value);
      video.muted = video.volume === 0;
      event.target.style.setProperty("--done", `${video.volume * 100}%`);
    });
    this.part("volume").style.setProperty("--done", "100%");
    this.part("speed").addEventListener("change", (event) => (video.playbackRate = Number(event.target.value)));
    this.part("quality").addEventListener("change", (event) => {
      this.engine.nextLevel = Number(event.target.value);
      this.showQuality();
    });
    document.addEventListener("keydown", (event) => this.onKey(event));
    root.addEventListener("pointermove", () => this.stir());
  }

  listenToSeek() {
    const seek = this.part("seek");
    seek.addEventListener("input", () => {
      this.isDragging = true;
      const at = (Number(seek.value) / 1000) * this.duration;
      this.part("time").textContent = `${clock(at)} / ${clock(this.duration)}`;
      this.paint(Number(seek.value) / 1000);
    });
    seek.addEventListener("change", () => {
      this.isDragging = false;
      this.seek((Number(seek.value) / 1000) * this.duration);
    });
    seek.addEventListener("pointermove", (event) => this.showStill(event));
    for (const event of ["pointerleave", "blur", "pointercancel"]) seek.addEventListener(event, () => (this.part("still").hidden = true));
  }

  stir() {
    this.root.classList.remove("quiet");
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.video.paused || this.root.classList.add("quiet"), QUIET_AFTER);
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    const isOurs = this.root.contains(target);
    const isElsewhere = !isOurs && target !== document.body && target.id !== "content";
    if (isElsewhere || target.matches?.("select, textarea, input:not([type=range])")) return;
    if (event.key === " " && target.matches?.("button, a")) return; // a focused button keeps its own press
    if (target.matches?.("input[type=range]") && event.key.startsWith("Arrow")) return;
    if (!this.press(event.key)) return;
    event.preventDefault();
    this.stir();
  }

  press(key) {
    const { video } = this;
    if (key === " " || key === "k") this.toggle();
    else if (key in STEP) this.seek(video.currentTime + STEP[key]);
    else if (key === "m") this.act("mute");
    else if (key === "f") this.act("full");
    else if (key === "c") this.captions();
    else if (key === "<") this.speed(-1);
    else if (key === ">") this.speed(1);
    else if (/^[0-9]$/.test(key)) this.seek((Number(key) / 10) * this.duration);
    else return false;
    return true;
  }
}

function clock(seconds) {
  const whole = Math.max(Math.floor(seconds || 0), 0);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  const mark = document.documentElement.lang.startsWith("id") ? "." : ":";
  return shown.map((part, index) => (index ? String(part).padStart(2, "0") : part)).join(mark);
}

function readTiles(text, base) {
  const tiles = [];
  for (const cue of text.split(/\n\s*\n/)) {
    const lines = cue.split("\n");
    const times = lines.findIndex((line) => line.includes("-->"));
    const place = /^(.*)#xywh=(\d+),(\d+),(\d+),(\d+)/.exec(lines[times + 1] ?? "");
    if (times < 0 || !place) continue;
    const [from, to] = lines[times].split("-->").map(seconds);
    const [x, y, width, height] = place.slice(2).map(Number);
    tiles.push({ from, to, x, y, width, height, image: new URL(place[1], base).href });
  }
  return tiles;
}

function seconds(stamp) {
  return stamp.trim().split(" ")[0].split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}
