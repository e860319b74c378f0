// Kills what the plan says, and counts what was really hit.

import { copyFile, rename, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { interrupt, terminate } from "../look.mjs";
import { signal } from "../stack.mjs";
import { cloud, redis, seats } from "./tables.mjs";

/** Which process is which function's, and which call it is in: infra/local/stack/src/runtime.rs. */
const RUNTIME = "http://127.0.0.1:9005/";
/** How long a call is waited for that a function is to die in. */
const AIM_MS = 8000;
/** Every so many seconds a copy of Redis is kept, and so many of them. */
const COPY_EVERY = 5;
const COPIES = 12;
/** Seconds from a warning to the loss of a box (120 in AWS), and from a crash until EC2 notices. */
const WARNED = 10;
const NOTICED = 25;

export class Faults {
  #world;
  #hits = new Map();
  #copies = [];
  #over = false;
  #pending = new Set();

  constructor(world) {
    this.#world = world;
  }

  /** Does what the plan says, and returns when all of it is over. */
  async follow(plan) {
    const began = Date.now();
    const copies = this.#keepCopies();
    for (const fault of plan) {
      await sleep(Math.max(began + fault.at * 1000 - Date.now(), 0));
      if (this.#world.stack.ended) throw new Error(`the stack ended:\n${this.#world.stack.said()}`);
      this.#begin(this.#bring(fault).catch((error) => this.#world.promises.note(`${fault.kind}: ${error.message}`)));
    }
    while (this.#pending.size) await Promise.all(this.#pending);
    this.#over = true;
    await copies;
  }

  #begin(work) {
    this.#pending.add(work);
    work.finally(() => this.#pending.delete(work));
  }

  #hit(kind, what) {
    this.#hits.set(kind, (this.#hits.get(kind) ?? 0) + 1);
    this.#world.promises.note(`FAULT ${kind}: ${what}`);
  }

  #bring(fault) {
    const [what, how] = fault.kind.split("-");
    if (what === "function") return this.#killFunction(fault);
    if (what === "box") return this.#loseBox(fault, how);
    if (how === "stands") return this.#stand(fault, what);
    return what === "redis" ? this.#killRedis(fault, how) : this.#killDynamo(fault);
  }

  async #killFunction({ kind, name, into, victim }) {
    const instances = async () => {
      const all = await (await fetch(RUNTIME)).json();
      return all.filter((each) => each.function === name && each.process);
    };
    let [found] = (await instances()).slice(Math.floor(victim * 4) % 4);
    for (const end = Date.now() + AIM_MS; into !== null && Date.now() < end; await sleep(2)) {
      const called = (await instances()).find((each) => each.call);
      if (!called) continue;
      await sleep(into);
      found = (await instances()).find((each) => each.call === called.call);
      if (found) break;
    }
    found ??= (await instances())[0];
    if (!found) return;
    if (signal(found.process, "SIGKILL")) this.#hit(kind, `${name} (${found.process})`);
  }

  async #killRedis({ kind, victim }, how) {
    const { stack, run } = this.#world;
    // Who is not there already is not hit.
    await redis("PING");
    const [server] = await stack.find("redis-server");
    const copy = this.#copies[Math.floor(victim * this.#copies.length)];
    if (how === "older" && !copy) return;
    if (how === "older") await copyFile(copy.path, `${run}/dump.rdb`);
    else await rm(`${run}/dump.rdb`, { force: true });
    if (!signal(server.id, "SIGKILL")) return;
    const age = how === "older" ? `back to ${((Date.now() - copy.at) / 1000).toFixed(0)} s ago` : "empty";
    this.#hit(kind, age);
  }

  async #killDynamo({ kind }) {
    await seats();
    const [server] = await this.#world.stack.find("moto/serve.py");
    if (signal(server.id, "SIGKILL")) this.#hit(kind, "with all that it has confirmed");
  }

  async #stand({ kind, hold }, what) {
    const word = what === "redis" ? "redis-server" : "moto/serve.py";
    const [{ id }] = await this.#world.stack.find(word);
    if (!signal(id, "SIGSTOP")) return;
    this.#hit(kind, `${hold.toFixed(1)} s`);
    await sleep(hold * 1000);
    signal(id, "SIGCONT");
  }

  /** A box dies: taken back by EC2 with a warning or without, or crashed, which EC2 notices later. */
  async #loseBox({ kind, victim, booting }, how) {
    const { group, instances } = await cloud();
    const members = group.members.filter(({ lifecycle }) => (lifecycle === "InService") !== booting);
    const there = members.map(({ id }) => instances.find((each) => each.id === id));
    const running = there.filter(({ state }) => state === "running");
    const box = running[Math.floor(victim * running.length)];
    if (!box) return;
    if (how === "warned") {
      await interrupt(box.id).catch((error) => this.#world.promises.note(`the warning: ${error.message}`));
      await sleep(WARNED * 1000);
    }
    const now = await instanceOf(box.id);
    if (now.state !== "running" || now.public_ip !== box.public_ip) return;
    const killed = await this.#killBox(box.id);
    this.#hit(kind, `${box.id}, ${members.find(({ id }) => id === box.id).lifecycle}${killed ? "" : ", before it began to boot"}`);
    if (how === "crashed") await sleep(NOTICED * 1000);
    // Started anew meanwhile, it is another machine.
    const later = await instanceOf(box.id);
    if (later.state === "running" && later.public_ip === box.public_ip) await terminate(box.id);
  }

  /** All processes of a box die with the first one's parent. */
  async #killBox(id) {
    this.#world.dead.add(id);
    const found = await this.#world.stack.find("unshare --mount", id).catch(() => []);
    for (const { id: machine } of found) signal(machine, "SIGKILL");
    return found.length > 0;
  }

  /** Copies of Redis, as its replica or a snapshot would have them: some seconds to a minute old. */
  async #keepCopies() {
    const { run, out } = this.#world;
    for (let n = 0; !this.#over; n += 1) {
      try {
        await redis("SAVE");
        const path = `${out}/redis-${n % COPIES}.rdb`;
        await rename(`${run}/dump.rdb`, path);
        this.#copies.push({ path, at: Date.now() });
        if (this.#copies.length >= COPIES) this.#copies.shift();
      } catch {
        // Redis is away.
      }
      await sleep(COPY_EVERY * 1000);
    }
  }

  /** How often each kind has hit. */
  print() {
    console.log("\nfaults that hit");
    for (const [kind, hits] of [...this.#hits].sort()) {
      if (kind !== "function") console.log(`  ${kind.padEnd(24)} ${hits}`);
    }
    const ends = new Map();
    for (const line of this.#world.stack.lines()) {
      const [, name, at, how] = /functions\s+(\S+) ended (in a call|idle): (.*)/.exec(line) ?? [];
      if (!name) continue;
      const killed = how.includes("SIGKILL");
      const key = `${name} ${killed ? "killed" : `ended by itself (${how})`}`;
      const [all, called] = ends.get(key) ?? [0, 0];
      ends.set(key, [all + 1, called + (at === "in a call")]);
    }
    for (const [key, [all, called]] of [...ends].sort()) {
      console.log(`  ${key.padEnd(24)} ${all}, ${called} of them in a call`);
    }
  }
}

async function instanceOf(id) {
  const { instances } = await cloud();
  return instances.find((each) => each.id === id) ?? { state: "terminated" };
}
