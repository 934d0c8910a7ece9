// What a screen reader is told: one quiet region, so that many changes at once are one sentence, and
// a run speaks no more often than one can listen.

const TOGETHER = 300; // milliseconds: what comes within them is said together
const OFTEN = 10000; // milliseconds between two reports of a run

export class Voice {
  constructor() {
    this.host = element("div", { class: "nbl-unseen nbl-heard", role: "status" });
    this.waiting = [];
    this.reported = -Infinity; // when that was
  }

  // Soon, and after what waits; the same text twice is said once.
  say(text) {
    if (!text || this.waiting.includes(text)) return;
    this.waiting.push(text);
    this.timer ??= setTimeout(() => this.speak(), TOGETHER);
  }

  // Instead of what waits: the keys have gone on meanwhile.
  sayOnly(text) {
    this.waiting = [];
    this.say(text);
  }

  // How a run goes: the newest report, if the last one is long ago, or once it is.
  report(text) {
    if (text === this.last) return;
    this.newest = this.last = text;
    const wait = Math.max(0, this.reported + OFTEN - performance.now());
    this.later ??= setTimeout(() => {
      this.later = undefined;
      if (!this.newest) return;
      this.reported = performance.now();
      this.say(this.newest);
    }, wait);
  }

  // The run has ended or waits: what it has not said yet is old.
  rest() {
    this.newest = "";
  }

  speak() {
    this.timer = undefined;
    this.host.textContent = this.waiting.splice(0).join(" ");
  }

  stop() {
    clearTimeout(this.timer);
    clearTimeout(this.later);
  }
}
