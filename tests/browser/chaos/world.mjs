// The stack under load: who is there, what has happened to whom, and what was promised.

import { setTimeout as sleep } from "node:timers/promises";

import { until } from "../look.mjs";
import { lookAtAll } from "./always.mjs";
import { Files } from "./files.mjs";
import { History } from "./history.mjs";
import { Presence } from "./presence.mjs";
import { Program } from "./program.mjs";
import { Promises } from "./promises.mjs";
import { Worker } from "./worker.mjs";

const LOOK_MS = 1000;
const NAMES = "ada ben cleo dan eve finn gus hana ivo jan kim lea max nina".split(" ");
const WORKERS = ["wanda", "willy"];

/** Seconds without a heartbeat; what is kept running for nobody; the most boxes, fewer than people. */
export const SETTINGS = { IDLE: "40", BOOT: "2", SPARES: "1", MAX_SIZE: "13", REVIVE: "1" };

export class World {
  idle = Number(SETTINGS.IDLE) * 1000;
  spares = Number(SETTINGS.SPARES);
  /** No more faults: whoever is to stay stays, all others go. */
  calm = false;
  /** All are to stop what they do. */
  over = false;
  /** Boxes that something was done to. */
  dead = new Set();
  people = [];
  #lives = [];
  #looking;
  #judging = new Set();

  /** `out`: where pictures and the log of events go; `run`: where the stack's Redis has its files. */
  constructor(stack, { out, run }) {
    Object.assign(this, { stack, out, run });
    this.promises = new Promises(`${out}/events.log`);
    this.history = new History(this);
    this.presence = new Presence(this);
    this.files = new Files(this);
  }

  /** Everybody comes, each with choices of their own. */
  async populate(browser, random, { programs = NAMES.length, workers = WORKERS.length } = {}) {
    const all = NAMES.slice(0, programs);
    this.people = all.map((name, n) => new Program(this, name, random.fork(), n % 2 === 0));
    for (const name of WORKERS.slice(0, workers)) {
      this.people.unshift(await Worker.meet(this, browser, name, random.fork()));
    }
    // The few who type are there first, or they would spend the time in the queue.
    this.#lives = this.people.slice(0, workers).map((each) => each.live());
    const typed = () => this.people.slice(0, workers).every(({ name }) => this.files.count(name));
    await until("somebody types", 180, typed);
    this.#lives.push(...this.people.slice(workers).map((each) => each.live()));
  }

  /** Those who went when it became calm come back, and stay. */
  recall() {
    const gone = this.people.filter((each) => !each.wants);
    for (const each of gone) this.#lives.push(each.return());
  }

  /** Looks all the time at what must always hold. */
  watch() {
    const look = async () => {
      while (!this.over) {
        await lookAtAll(this);
        await sleep(LOOK_MS);
      }
    };
    this.#looking = Promise.all([look(), this.history.follow()]);
  }

  /** Somebody has a ticket. */
  sent(name, seat, asked, answered) {
    const theirs = seat.user === name;
    this.promises.look("sent", theirs, () => `${name} got a ticket of ${seat.user}'s`);
    const judging = this.history.judge(seat, asked, answered);
    this.#judging.add(judging);
    judging.finally(() => this.#judging.delete(judging));
  }

  /** What a box has said to the one who was sent there. */
  let(name, instance, { status, words }) {
    const others = status === 403 && words.includes("somebody else's");
    this.promises.look("lets", !others, () => `${name} was sent to ${instance}, which is another's: ${words}`);
    if (status !== 303) this.promises.note(`${name}: ${instance} answers ${status} ${words.slice(0, 120)}`);
  }

  /** A seat ends, by DynamoDB. */
  ended(user, end) {
    this.presence.ended(user, end);
  }

  /** Ends all that people do, once what they have done is judged. */
  async end() {
    // Without it nothing can be judged any more.
    if (this.stack.ended) this.history.stop();
    await Promise.all([...this.#judging]);
    await this.presence.judged();
    this.over = true;
    this.history.stop();
    await Promise.all([this.#looking, ...this.#lives]);
    for (const each of this.people) await each.leave?.();
  }

  /** One line about now. */
  toString() {
    const boxes = this.people.filter((each) => each.box).length;
    const doing = this.people.map((each) => `${each.name} ${each.doing}`).join(", ");
    return `${boxes} of ${this.people.length} have a box, ${this.promises.violations.length} violations; ${doing}`;
  }
}
