// Everything that DynamoDB has ever said about who has which box, in its order, by the stream of the seats;
// and what can be judged by that alone.

import { setTimeout as sleep } from "node:timers/promises";

import { changes, seatOf } from "./tables.mjs";

const LOOK_MS = 250;

export class History {
  #world;
  #last;
  #over = false;
  /** By user: what their item said, one after the other. */
  #said = new Map();
  /** When the last look began that got an answer. */
  #looked = 0;
  #waiting = [];

  constructor(world) {
    this.#world = world;
  }

  /** Follows the stream until `stop`. */
  async follow() {
    while (!this.#over) {
      const began = Date.now();
      try {
        for (let more = true; more; ) {
          const records = await changes(this.#last);
          for (const record of records) this.#take(record, this.#looked);
          more = records.length > 0;
        }
        this.#looked = began;
        this.#waiting.splice(0).forEach((each) => each());
      } catch {
        // DynamoDB is away; what it says afterwards has all of it.
      }
      await sleep(LOOK_MS);
    }
  }

  stop() {
    this.#over = true;
    this.#waiting.splice(0).forEach((each) => each());
  }

  /** `since`: it was written at that time at the earliest. */
  #take({ number, key, item }, since) {
    this.#last = number;
    const [kind, user] = key.split("#");
    if (kind !== "user" || !item) return;
    const { state, instance, epoch, ending } = item;
    const said = this.#said.get(user) ?? [];
    const before = said.at(-1);
    if (before?.state === state && before?.epoch === epoch) return;
    said.push({ state, instance, epoch, ending, since, by: Date.now() });
    this.#said.set(user, said);
    this.#world.promises.note(`seat of ${user}: ${state} ${instance} ${epoch} ${JSON.stringify(ending ?? "")}`);
    if (state === "open") this.#owns(user, instance, epoch);
    if (ending && before?.state !== "ending") this.#world.ended(user, { instance, epoch, ...ending });
  }

  /** A seat was opened: nobody else's may be open there, and its epoch is new. */
  #owns(user, instance, epoch) {
    const others = [...this.#said].filter(([name, said]) => {
      const { state, instance: at } = said.at(-1);
      return name !== user && at === instance && state !== "closed";
    });
    this.#world.promises.look("owner", !others.length, () => `${instance} is ${user}'s and ${others.map(([name]) => name)}'s`);
    const seats = this.#said.get(user).filter((each) => each.state === "open");
    const newer = seats.slice(0, -1).every((each) => each.epoch < epoch);
    this.#world.promises.look("owner", newer, () => `${user} got the epoch ${epoch} though there was a later one`);
  }

  /** Returns when all is known that was written before this call. */
  async upToNow() {
    const now = Date.now();
    while (this.#looked <= now && !this.#over) await new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Somebody was sent to a box: `asked` and `answered` in ms, `told` what their ticket says. */
  async judge({ user, instance, epoch }, asked, answered) {
    const { promises } = this.#world;
    const now = await seatOf(user).catch(() => null);
    if (now?.state === "open" && now.instance === instance && now.epoch === epoch) {
      return promises.look("sent", true);
    }
    await this.upToNow();
    if (this.#over) return;
    const said = this.#said.get(user) ?? [];
    const seat = said.filter((each) => each.epoch === epoch && each.instance === instance);
    const opened = seat.find((each) => each.state === "open");
    const ended = seat.find((each) => each.state !== "open");
    const wrong = !opened
      ? "which was never theirs"
      : opened.since > answered
        ? "which became theirs only afterwards"
        : ended && ended.by < asked
          ? "which was theirs no more"
          : "";
    const tell = () => `${user} was sent to ${instance} with ${epoch}, ${wrong}: ${JSON.stringify(said)}`;
    promises.look("sent", !wrong, tell);
  }
}
