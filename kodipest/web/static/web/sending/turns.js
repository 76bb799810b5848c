// Whose turn it is. One file goes at a time: a slow line cut in two is two lines too slow.
// A row has `run()`, `isOnItsWay` and `waitsItsTurn()`; it leaves when it is through or out of hope.

export const turns = {
  waiting: [],
  active: null,

  enter(row) {
    if (this.active === row) return row.run();
    if (!this.waiting.includes(row)) this.waiting.push(row);
    if (this.active) row.waitsItsTurn();
    else this.next();
  },

  has(row) {
    return this.active === row || this.waiting.includes(row);
  },

  leave(row) {
    this.waiting = this.waiting.filter((each) => each !== row);
    if (this.active === row) this.active = null;
    if (!this.active) this.next();
  },

  next() {
    this.active = this.waiting.shift() ?? null;
    this.active?.run();
    this.stayAwake();
  },

  // While a file is on its way the computer does not go to sleep, where the browser can see to it.
  async stayAwake() {
    const wanted = Boolean(this.active?.isOnItsWay) && !document.hidden;
    try {
      if (wanted && !this.lock) {
        this.lock = await navigator.wakeLock?.request("screen");
        this.lock?.addEventListener("release", () => (this.lock = null));
      } else if (!wanted) await this.lock?.release();
    } catch {
      this.lock = null; // a battery that is low may say no
    }
  },
};

document.addEventListener("visibilitychange", () => turns.stayAwake());
addEventListener("online", () => turns.active?.lineIsBack());
