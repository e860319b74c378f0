// How often each promise was looked at, and what broke it; with what happened around it.

import { appendFileSync } from "node:fs";

import { indent } from "../report.mjs";

/** The promises, in the order in which they are printed. */
export const PROMISES = {
  owner: "a box has one owner at most, a user one seat",
  sent: "nobody is sent to a box that is not theirs",
  lets: "a box lets in its user, and nobody else",
  size: "MaxSize is never passed",
  home: "a user has one home, attached once at most",
  store: "the store does not contradict itself",
  keeps: "who is there keeps their box, but for its loss",
  why: "the reason that a session ended is true",
  files: "what was saved is in the home",
  rest: "all comes to rest in time: no box leaked, no ghost, desired is right",
  served: "whoever waits is served in time",
};

/** Of the last events, so many are told with a violation. */
const TOLD = 40;

export class Promises {
  #log;
  #events = [];
  #looks = Object.fromEntries(Object.keys(PROMISES).map((name) => [name, 0]));
  #broken = new Map();
  /** What is broken is expected to be, and not told. */
  quiet = false;

  /** `log`: the file that all events go to. */
  constructor(log) {
    this.#log = log;
  }

  /** Something happened. */
  note(text) {
    const line = `${new Date().toISOString().slice(11, 23)} ${text}`;
    this.#events.push(line);
    if (this.#events.length > 10 * TOLD) this.#events.splice(0, 9 * TOLD);
    appendFileSync(this.#log, `${line}\n`);
  }

  /** Somebody looked whether a promise holds; `otherwise` says what is wrong if not. */
  look(name, holds, otherwise) {
    this.#looks[name] += 1;
    if (holds) return;
    const text = typeof otherwise === "function" ? otherwise() : otherwise;
    const key = `${name} ${text}`;
    if (this.#broken.has(key)) return;
    this.note(`VIOLATION ${PROMISES[name]}: ${text}`);
    const about = { name, text, events: this.#events.slice(-TOLD) };
    this.#broken.set(key, about);
    if (this.quiet) return;
    console.log(`\nVIOLATION: ${PROMISES[name]}\n${indent(text)}\n${indent(about.events.join("\n"))}\n`);
  }

  /** Those that are broken. */
  get violations() {
    return [...this.#broken.values()];
  }

  /** Promises that nobody has looked at: a run that looks at nothing proves nothing. */
  unseen() {
    return Object.keys(PROMISES).filter((name) => !this.#looks[name]).map((name) => PROMISES[name]);
  }

  print() {
    console.log("\npromises");
    for (const [name, words] of Object.entries(PROMISES)) {
      const broken = this.violations.filter((each) => each.name === name).length;
      console.log(`  ${words.padEnd(72)} ${String(this.#looks[name]).padStart(6)} looks, ${broken} violations`);
    }
    console.log(`violations: ${this.#broken.size}`);
  }
}
