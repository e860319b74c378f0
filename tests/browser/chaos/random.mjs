// Numbers from a seed: the same seed, the same numbers (mulberry32).

export class Random {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  /** From 0 to below 1. */
  next() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  between(least, most) {
    return least + this.next() * (most - least);
  }

  chance(of) {
    return this.next() < of;
  }

  pick(list) {
    return list[Math.floor(this.next() * list.length)];
  }

  /** Another source, whose numbers do not depend on how many are taken here later. */
  fork() {
    return new Random(Math.floor(this.next() * 2 ** 32));
  }
}
