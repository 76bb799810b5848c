// One file on its way, piece by piece (tus 1.0), until the server has acknowledged its last byte.
// Knows no page: it tells what happens, and somebody else finds the words. Loaded when a file is there to send.

const PIECE = { first: 256 * 1024, least: 64 * 1024, most: 32 * 2 ** 20, seconds: 4 }; // an acknowledgement about every 4 s
const PAUSES = [1, 2, 4, 8, 15, 30, 60]; // seconds between tries; the last one repeats
const SILENCE = 60_000; // milliseconds without a sign of the line, after which it is taken for dead (sleep, half-open lines)
const LATER = new Set([0, 408, 409, 423, 500, 502, 503, 504]); // tried again by itself
const SAMPLES = 5;
const SAMPLE = 64 * 1024;

const between = (least, value, most) => Math.min(Math.max(value, least), most);

// The size and a hash of five samples of the content: the same on every PC, whatever the file is called there
// and whenever it was copied. It recognises, it proves nothing; hence no crypto.subtle, which a plain http node lacks.
export async function fingerprint(file) {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < SAMPLES; index += 1) {
    const start = Math.round((Math.max(0, file.size - SAMPLE) * index) / (SAMPLES - 1));
    for (const byte of new Uint8Array(await file.slice(start, start + SAMPLE).arrayBuffer())) {
      a = Math.imul(a ^ byte, 2654435761);
      b = Math.imul(b ^ byte, 1597334677);
      a ^= b >>> 15;
      b ^= a >>> 13;
    }
  }
  return `s5-${file.size}-${[a, b].map((half) => (half >>> 0).toString(16).padStart(8, "0")).join("")}`;
}

export async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false; // the flash drive is out, or the file was changed since it was chosen
  }
}

export class Sending {
  // told(what, detail): At {url}, Here {bytes}, Lost {until}, TryingAgain, Unreadable, Refused {status, code, message}, Sent
  constructor(tus, file, { endpoint, url, metadata, headers, told, find }) {
    this.file = file;
    this.told = told;
    this.headers = headers;
    this.find = find; // the address of what a creation made whose answer never came; null when it made nothing
    this.tries = 0;
    this.upload = new tus.Upload(file, {
      endpoint: url ? null : endpoint,
      uploadUrl: url || null,
      metadata,
      chunkSize: PIECE.first,
      retryDelays: null, // pauses are ours: they are told in words
      storeFingerprintForResuming: false, // the server knows what is unfinished, on every PC
      fingerprint: () => Promise.resolve(null),
      onBeforeRequest: (request) => this.asks(request),
      onAfterResponse: (request, response) => this.hears(request, response),
      onUploadUrlAvailable: () => this.isAt(this.upload.url),
      onProgress: () => this.breathes(),
      onChunkComplete: (_size, bytes) => this.tookPiece(bytes),
      onSuccess: () => this.sent(),
      onError: (error) => this.failed(error),
    });
  }

  get url() {
    return this.upload.url ?? this.upload.options.uploadUrl;
  }

  start() {
    this.pause(); // two ways at once would get into each other's way
    this.isGoing = true;
    this.breathes();
    this.watch = setInterval(() => Date.now() - this.breath > SILENCE && this.stalled(), 5000);
    this.upload.start();
  }

  pause() {
    this.isGoing = false;
    this.rest();
    this.upload.abort();
  }

  rest() {
    clearInterval(this.watch);
    clearTimeout(this.timer);
  }

  breathes() {
    this.breath = Date.now();
  }

  asks(request) {
    for (const [name, value] of Object.entries(this.headers())) request.setHeader(name, value);
    if (request.getMethod() === "PATCH") this.began = performance.now();
    this.breathes();
  }

  hears(request, response) {
    const bytes = Number(response.getHeader("Upload-Offset") ?? NaN);
    if (request.getMethod() === "HEAD" && response.getStatus() < 300 && bytes >= 0) this.told("Here", { bytes });
  }

  // From here on a failing look at the upload must never make the client begin a second one.
  isAt(url) {
    this.upload.options.endpoint = null;
    this.told("At", { url });
  }

  tookPiece(bytes) {
    this.tries = 0;
    this.breathes();
    const seconds = Math.max((performance.now() - this.began) / 1000, 0.01);
    this.resize(between(0.5, PIECE.seconds / seconds, 4));
    this.told("Here", { bytes });
  }

  // After a cut (0) a small piece asks whether the way is free: the server may still hold the broken one.
  resize(factor) {
    this.upload.options.chunkSize = Math.round(between(PIECE.least, this.upload.options.chunkSize * factor, PIECE.most));
  }

  sent() {
    this.rest();
    this.told("Sent");
  }

  stalled() {
    this.upload.abort();
    this.tryLater();
  }

  failed(error) {
    const response = error.originalResponse;
    const status = response?.getStatus() ?? 0;
    const words = wordsOf(response);
    const isFinal = status === 409 && !["", "offset_differs"].includes(words.code); // the work is sealed, the file was taken
    const isCut = words.code === "upload_cut"; // the line broke on their side only
    if (isCut || (LATER.has(status) && !isFinal)) return this.tryLater(Number(response?.getHeader("Retry-After")) || 0, status);
    this.rest();
    this.told("Refused", { status, ...words });
  }

  async tryLater(least = 0, status = 0) {
    this.rest();
    const canRead = await isReadable(this.file);
    if (!this.isGoing) return;
    if (!canRead) return this.told("Unreadable");
    this.resize(0);
    const pause = Math.max(least, PAUSES[Math.min(this.tries, PAUSES.length - 1)]) * 1000;
    this.tries += 1;
    this.timer = setTimeout(() => this.tryAgain(), pause);
    // A piece that was cut may hold its place for a moment: no reason to alarm anybody.
    if (this.tries > 2 || ![409, 423].includes(status)) this.told("Lost", { until: Date.now() + pause });
  }

  async tryAgain() {
    this.told("TryingAgain");
    if (!this.url) this.upload.url = await this.find().catch(() => null);
    if (this.isGoing) this.start();
  }
}

function wordsOf(response) {
  try {
    const { code = "", message = "" } = JSON.parse(response.getBody());
    return { code, message };
  } catch {
    return { code: "", message: "" }; // an answer without words: the page has its own
  }
}

// Throw away what the server has of an upload; what is gone already is as good.
export async function drop(url, headers) {
  const answer = await fetch(url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", ...headers } });
  if (!answer.ok && ![404, 410].includes(answer.status)) throw new Error(`${answer.status}`);
}
