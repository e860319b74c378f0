// When who was there, by what their box has answered them; and whether a session may have ended so.

import { setTimeout as sleep } from "node:timers/promises";

/** Heartbeats under way are waited for before a session's end is judged, ms. */
const LATE = 13_000;
/** Clocks of processes and the way of a request, ms. */
const SLACK = 2000;

export class Presence {
  #world;
  /** By user: `{ instance, at }` of each heartbeat that their box took. */
  #beats = new Map();
  /** By user: when they asked to give their box back. */
  #left = new Map();
  /** By user: how many there were in all. */
  counts = {};
  #judging = new Set();

  constructor(world) {
    this.#world = world;
  }

  /** The box took a heartbeat that was sent then, or opened for its user. */
  beat(user, instance, at) {
    this.counts[user] = (this.counts[user] ?? 0) + 1;
    const beats = this.#beats.get(user) ?? [];
    this.#beats.set(user, [...beats.slice(-50), { instance, at }]);
  }

  left(user) {
    this.#left.set(user, Date.now());
  }

  /** A seat ends, by DynamoDB: `why`, and when that was decided. */
  ended(user, end) {
    const judging = sleep(LATE).then(() => this.#judge(user, end));
    this.#judging.add(judging);
    judging.finally(() => this.#judging.delete(judging));
  }

  /** Returns when all that has ended is judged. */
  async judged() {
    await Promise.all(this.#judging);
  }

  #judge(user, { instance, epoch, why, at }) {
    const { promises, dead, idle } = this.#world;
    const tell = (words) => () => `${user} on ${instance} (${epoch}): ${why} at ${new Date(at).toISOString()}, ${words}`;
    if (why === "lost") return promises.look("why", dead.has(instance), tell("and nothing was done to that box"));
    if (why === "left") {
      const asked = this.#left.get(user) !== undefined;
      return promises.look("why", asked, tell("and nobody asked for that"));
    }
    promises.look("why", why === "idle", tell("which cannot be"));
    // Whoever beat twice within the idle time and then again within it was there all the time: whatever
    // the control plane heard of it, the box knew.
    const beats = (this.#beats.get(user) ?? []).filter((each) => each.instance === instance && each.at < at);
    const [before, last] = beats.slice(-2);
    const there = last && last.at - before.at < idle - SLACK && at - last.at < idle - SLACK;
    promises.look("keeps", !there, tell(`and they were there ${((at - last?.at) / 1000).toFixed(1)} s before`));
  }
}
