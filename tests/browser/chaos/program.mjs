// Somebody with a browser that is not drawn: everything of theirs goes through the real API, with the sign-in
// of the identity provider, to real boxes.

import { setTimeout as sleep } from "node:timers/promises";

import { BASE } from "../look.mjs";
import { session } from "../person.mjs";
import { Box } from "./box.mjs";

/** As API Gateway ends a request. */
const PATIENCE = 30_000;

export class Program {
  #world;
  #random;
  #cookie = null;
  /** Whether they still come when all is calm, and stay. */
  #stays;
  #lives = false;
  box = null;
  /** What they are doing, for whoever reads why they were not served. */
  doing = "away";

  constructor(world, name, random, stays) {
    this.#world = world;
    this.name = name;
    this.#random = random;
    this.#stays = stays;
  }

  /** Whether they want a box now, and for as long as the calm lasts. */
  get wants() {
    return this.#stays;
  }

  async live() {
    this.#lives = true;
    await sleep(this.#random.between(0, 15_000));
    while (this.#goesOn()) {
      try {
        await this.#visit();
      } catch (error) {
        this.#world.promises.note(`${this.name} (${this.doing}): ${error.message}`);
      }
      this.box = null;
      this.doing = "away";
      if (this.#world.calm && this.#stays) await sleep(1000);
      else await this.#pause(3, 25);
    }
    this.#lives = false;
  }

  /** Comes back though all is calm, and stays. */
  async return() {
    this.#stays = true;
    if (!this.#lives) await this.live();
  }

  #goesOn() {
    const { over, calm } = this.#world;
    return !over && (!calm || this.#stays);
  }

  /** So many seconds, or until something changes for all. */
  async #pause(least, most) {
    const { calm } = this.#world;
    const end = Date.now() + this.#random.between(least, most) * 1000;
    while (Date.now() < end && !this.#world.over && this.#world.calm === calm) await sleep(200);
  }

  async #visit() {
    if (!this.#cookie || this.#random.chance(0.15)) {
      this.doing = "signing in";
      this.#cookie = await session(this.name);
    }
    const box = await this.#arrive();
    if (!box) return;
    this.box = box;
    await this.#work(box);
    await this.#go();
  }

  /** Asks for a box with one to three tabs, and waits for it; null if they give up. */
  async #arrive() {
    const began = Date.now();
    const patience = this.#world.calm ? Infinity : this.#random.between(20, 120) * 1000;
    let tabs = this.#random.pick([1, 1, 2, 3]);
    while (this.#goesOn() && Date.now() - began < patience) {
      this.doing = "asking for a box";
      const answers = await Promise.all(Array.from({ length: tabs }, () => this.#dispatch()));
      tabs = 1;
      const sent = answers.filter(Boolean);
      for (const address of sent) {
        const box = await this.#open(address);
        if (box) return box;
      }
      // A box that answers nobody is given back, as people do it in the end.
      if (sent.length && this.#random.chance(0.4)) await this.#leave();
      this.doing = "waiting";
      await sleep(1500);
      if (!sent.length) await this.#ask("/status").catch(() => null);
    }
    await (this.#random.chance(0.5) ? this.#leave() : this.#close());
    return null;
  }

  /** The address that one tab is sent to, if it is. */
  async #dispatch() {
    const asked = Date.now();
    const answer = await this.#ask("/dispatch").catch(() => null);
    if (answer?.status === 401) this.#cookie = await session(this.name);
    if (answer?.status !== 302) return null;
    const address = answer.headers.get("location");
    if (!address.includes("/_hotdesk/open?ticket=")) return null;
    const { seat } = new Box(address);
    this.#world.sent(this.name, seat, asked, Date.now());
    return address;
  }

  /** Goes where they are sent; the box, if it lets them in and they can work there. */
  async #open(address) {
    const box = new Box(address);
    this.doing = `opening ${box.seat.instance}`;
    const { instance } = box.seat;
    const at = Date.now();
    let opened;
    try {
      opened = await box.open();
    } catch (error) {
      this.#world.promises.note(`${this.name}: ${instance} does not answer (${error.cause?.code ?? error.name})`);
      return null;
    }
    this.#world.let(this.name, instance, opened);
    if (opened.status !== 303) return null;
    this.#world.presence.beat(this.name, instance, at);
    for (const end = Date.now() + 90_000; Date.now() < end && !this.#world.over; await sleep(1000)) {
      const { ready, stage } = await box.stage();
      if (stage === "failed") throw new Error(`${instance} cannot open the home`);
      if (!ready) continue;
      const whose = await box.whose();
      if (!whose) continue;
      const own = whose.user === this.name && whose.instance === instance;
      this.#world.promises.look("lets", own, () => `${this.name} sees ${JSON.stringify(whose)} at ${instance}`);
      await this.#world.files.check(this.name, instance);
      return box;
    }
    this.#world.promises.note(`${this.name}: ${instance} does not open`);
    return null;
  }

  /** Heartbeats, files, further tabs, a closed laptop; until they have done enough or lose the box. */
  async #work(box) {
    const { instance } = box.seat;
    const end = Date.now() + this.#random.between(15, 150) * 1000;
    let failures = 0;
    this.doing = `working on ${instance}`;
    while (this.#world.calm ? this.#goesOn() : Date.now() < end && !this.#world.over) {
      const at = Date.now();
      const word = await box.beat().catch(() => "nothing");
      if (word === "noted" || word === "away") this.#world.presence.beat(this.name, instance, at);
      if (word === "stale") return this.#world.promises.note(`${this.name} is told that ${instance} is not theirs`);
      failures = word === "noted" || word === "away" ? 0 : failures + 1;
      if (failures === 3) return this.#world.promises.note(`${this.name} has lost ${instance}: ${word}`);
      if (!failures) await this.#something(box);
      const closed = !this.#world.calm && this.#random.chance(0.1);
      await this.#pause(...(closed ? [this.#world.idle / 2000, this.#world.idle / 1250] : [3, this.#world.idle / 4000]));
    }
  }

  async #something(box) {
    if (this.#random.chance(0.4)) await this.#world.files.write(this.name, box.seat.instance).catch(() => {});
    if (this.#random.chance(0.2)) await this.#dispatch();
    const others = this.#world.people.filter((each) => each !== this && each.box);
    if (others.length && this.#random.chance(0.15)) {
      const other = this.#random.pick(others).box;
      if (other.origin === box.origin) return;
      const status = await box.intrude(other.origin).catch(() => null);
      if (status === null) return;
      const refused = status >= 400;
      this.#world.promises.look("lets", refused, () => `${this.name} is answered ${status} at ${other.seat.instance}`);
    }
  }

  /** Goes: gives the box back, or just closes the lid. */
  async #go() {
    if (this.#world.over || (this.#world.calm && !this.#stays)) return;
    if (this.#random.chance(0.4)) await this.#leave();
  }

  async #leave() {
    const now = await this.#ask("/").then((answer) => answer.json()).catch(() => null);
    const body = new URLSearchParams(now?.epoch ? { epoch: now.epoch } : {});
    this.#world.presence.left(this.name);
    await this.#ask("/stop", { method: "POST", body }).catch(() => null);
  }

  /** Closes the page on which they wait, and it says so. */
  async #close() {
    const body = new URLSearchParams({ closing: "true" });
    await this.#ask("/stop", { method: "POST", body }).catch(() => null);
  }

  #ask(path, { method = "GET", body } = {}) {
    const headers = { cookie: this.#cookie, accept: "application/json", origin: BASE };
    const signal = AbortSignal.timeout(PATIENCE);
    return fetch(`${BASE}${path}`, { method, headers, body, redirect: "manual", signal });
  }
}
