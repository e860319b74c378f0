// The stack under test: the same binary that `make up` runs, with timings of its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, readlink } from "node:fs/promises";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";

import { until } from "./look.mjs";

const PORTS = [9000, 9001, 9002, 9003, 9004, 9005, 9006];

/** How often those that are held are looked after; an editor takes longer to answer. */
const HOLD_MS = 50;

export class Stack {
  #process;
  #lines = [];
  #up;

  /** Starts it; it dies with us, however we end. */
  constructor(binary, settings) {
    this.#process = spawn("setpriv", ["--pdeathsig", "TERM", "--", binary, "up"], {
      env: { ...process.env, ...settings },
      stdio: ["ignore", "pipe", "pipe"],
      // A Ctrl-C is ours to pass on.
      detached: true,
    });
    this.#up = new Promise((resolve, reject) => {
      const read = (line) => {
        this.#lines.push(line);
        if (line.startsWith("hotdesk is up")) resolve();
      };
      for (const stream of [this.#process.stdout, this.#process.stderr]) {
        createInterface({ input: stream }).on("line", read);
      }
      this.#process.once("error", reject);
      this.#process.once("exit", () => reject(new Error(`the stack ended:\n${this.said()}`)));
    });
    this.#up.catch(() => {});
  }

  /** Returns when it says that it is up. */
  up() {
    return this.#up;
  }

  /** The last lines that it has said. */
  said() {
    return this.#lines.slice(-15).join("\n");
  }

  /** Whether it has ended, by itself or not. */
  get ended() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** All that it has said. */
  lines() {
    return [...this.#lines];
  }

  /** The processes with that word in their command; of one box if its id is given. */
  async find(word, box) {
    let all = await descendants(this.#process.pid);
    if (box) {
      // What a box runs need not name it, but what started it does.
      const parents = all.filter(({ command }) => command.includes(box));
      const within = (await Promise.all(parents.map(({ id }) => descendants(id)))).flat();
      all = [...new Map(within.map((each) => [each.id, each])).values()];
    }
    const found = all.filter(({ command }) => command.includes(word));
    if (found.length === 0) throw new Error(`no command with ${word} runs`);
    return found;
  }

  /** The folder that the editor of a box shows, as a process of the box sees it. */
  async workspace(box) {
    const [editor] = await this.find("--session-socket", box);
    return `/proc/${editor.id}/cwd`;
  }

  /** Has those and all that they started stand still, until the function that it returns is called. */
  async pause(word, box) {
    const found = await this.find(word, box);
    const paused = (await Promise.all(found.map(({ id }) => descendants(id)))).flat();
    for (const { id } of paused) process.kill(id, "SIGSTOP");
    return () => paused.forEach(({ id }) => process.kill(id, "SIGCONT"));
  }

  /** As `pause`, and whoever takes the place of one that is killed meanwhile stands still too. */
  async hold(word, box) {
    const send = (all, name) => all.forEach(({ id }) => signal(id, name));
    // Between one and the next there may be none.
    const now = () => this.find(word, box).catch(() => []);
    send(await this.find(word, box), "SIGSTOP");
    let over = false;
    const holding = (async () => {
      for (; !over; await sleep(HOLD_MS)) send(await now(), "SIGSTOP");
    })();
    return async () => {
      over = true;
      await holding;
      send(await now(), "SIGCONT");
    };
  }

  /** Ends it by `strike(processes, itself)`, and returns the processes that there were. */
  async end(strike) {
    const processes = await descendants(this.#process.pid);
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, "exit");
      strike(processes, this.#process.pid);
      await ended;
    }
    return processes;
  }
}

/** The processes among these that still run. Ids come round again, so start times count too. */
export async function alive(processes) {
  const still = await Promise.all(
    processes.map(async (one) => ((await stat(one.id))?.started === one.started ? one : null)),
  );
  return still.filter(Boolean);
}

/** Returns when none of the stack's ports is taken. */
export async function portsFree() {
  await until("all ports free", 5, async () => {
    for (const port of PORTS) await tryToListen(port, "127.0.0.1");
    for (const address of ["127.1.0.1", "127.1.0.2"]) await tryToListen(8080, address);
    return true;
  });
}

/** Whether there was such a process to send it to. */
export function signal(id, name) {
  try {
    return process.kill(id, name);
  } catch {
    return false;
  }
}

async function tryToListen(port, host) {
  const server = createServer().listen({ port, host, exclusive: true });
  await once(server, "listening");
  await new Promise((closed) => server.close(closed));
}

async function descendants(root) {
  const all = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const stats = (await Promise.all(all.map(stat))).filter(Boolean);
  const found = new Set([root]);
  // Parents are usually older, but ids come round: until nothing is added.
  for (let before = 0; before !== found.size; ) {
    before = found.size;
    for (const one of stats) if (found.has(one.parent)) found.add(one.id);
  }
  return stats.filter((one) => found.has(one.id));
}

async function stat(id) {
  try {
    const line = await readFile(`/proc/${id}/stat`, "utf8");
    const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z") return null;
    const name = await readlink(`/proc/${id}/exe`).catch(() => "?");
    const command = (await readFile(`/proc/${id}/cmdline`, "utf8")).replaceAll("\0", " ");
    return { id, parent: Number(fields[1]), started: fields[19], name, command };
  } catch {
    return null;
  }
}
