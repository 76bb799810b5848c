// Figures as people read them, in the language of the page; and a speed that does not jump.

const WINDOW = 20_000; // milliseconds of the past that a speed is taken from
const NAMES = ["byte", "kilobyte", "megabyte", "gigabyte"];
const lang = document.documentElement.lang;

const format = (value, options) => new Intl.NumberFormat(lang, { style: "unit", ...options }).format(value);

export function bytes(count, per = "") {
  const step = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), NAMES.length - 1);
  return format(count / 1000 ** step, { unit: NAMES[step] + per, maximumFractionDigits: step > 1 ? 1 : 0 });
}

export function duration(seconds) {
  const whole = { unitDisplay: "long", maximumFractionDigits: 0 };
  if (seconds < 90) return format(Math.max(1, Math.round(seconds)), { unit: "second", ...whole });
  if (seconds < 90 * 60) return format(Math.round(seconds / 60), { unit: "minute", ...whole });
  return format(seconds / 3600, { unit: "hour", ...whole, maximumFractionDigits: 1 });
}

// Bytes per second over the last acknowledgements; 0 while too little is known to say anything true.
export class Pace {
  constructor() {
    this.forget();
  }

  forget() {
    this.marks = [];
  }

  mark(count) {
    const now = performance.now();
    this.marks.push({ now, count });
    while (this.marks.length > 2 && now - this.marks[0].now > WINDOW) this.marks.shift();
  }

  get perSecond() {
    if (this.marks.length < 2) return 0;
    const [first, last] = [this.marks[0], this.marks[this.marks.length - 1]];
    return last.now - first.now < 1000 ? 0 : (1000 * (last.count - first.count)) / (last.now - first.now);
  }
}
