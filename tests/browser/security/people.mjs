// Alice and bob at work, each with a box, a workbench in a browser, and all that an attacker would like
// to have of theirs.

import { readFile } from "node:fs/promises";

import { BASE, expect, redis, until } from "../look.mjs";
import { Person, dispatch, session, terminal } from "../person.mjs";

/** Of all that VS Code complains of, what would be hotdesk's doing: its script, policies and refusals. */
const OURS = /_hotdesk|security policy|permissions policy|ERR_BLOCKED_BY|status of 4(01|03)/i;

/** Somebody with an open workbench. */
class Worker {
  /** What pages in their browser have complained of in the console, or thrown. */
  noise = [];
  /** The workbench's connections to its server: address, and whether it is still open. */
  sockets = [];

  static async start(browser, name) {
    const one = new Worker();
    one.name = name;
    one.person = await Person.meet(browser, name);
    one.context = one.person.context;
    const hear = (page, words) => one.noise.push({ page, at: page?.url() ?? "", words });
    one.context.on("console", (message) => {
      hear(message.page(), `${message.text()} (${message.location().url})`);
    });
    one.context.on("weberror", (error) => hear(error.page(), String(error.error())));
    one.context.on("page", (page) => page.on("websocket", (socket) => one.#note(socket)));
    one.page = await one.person.open(await one.person.signIn());
    one.home = new URL(one.page.url()).origin;
    one.box = await redis("HGET", `ws:${name}`, "instanceId");
    await until("the connections of the workbench", 30, () => one.sockets.length >= 2);
    one.worker = await until("its service worker", 30, () => one.page.evaluate(script));
    return one;
  }

  #note(socket) {
    const seen = { url: socket.url(), open: true };
    this.sockets.push(seen);
    socket.on("close", () => (seen.open = false));
  }

  /** The address of a connection that the workbench's server has not seen yet. */
  get socket() {
    const url = new URL(this.sockets[0].url);
    url.searchParams.set("reconnectionToken", crypto.randomUUID());
    return url.href;
  }

  /** Where they can read any file of their box, as the workbench does it. */
  get file() {
    const { pathname } = new URL(this.sockets[0].url);
    return `${this.home}${pathname}/vscode-remote-resource?path=/etc/passwd`;
  }

  /** The session of their browser, as a header. */
  async session() {
    const [cookie] = (await this.context.cookies(BASE)).filter(({ name }) => name === "hotdesk");
    return `hotdesk=${cookie.value}`;
  }

  /** Their browser's cookies of their box. */
  async passes() {
    return this.context.cookies([this.home, `${this.home}/_hotdesk/ping`]);
  }

  /** They can still work: their first connections hold, and a terminal does what they type. */
  async works({ report, stack }, when) {
    await report.step(`${this.name} works on ${when}`, async () => {
      const lost = this.sockets.slice(0, 2).filter(({ open }) => !open);
      expect(lost.length === 0, `${lost.length} connections were cut`);
      const name = `${when.replaceAll(" ", "-")}.txt`;
      await this.page.bringToFront();
      await terminal(this.page, `echo here > ${name}`);
      const file = `${await stack.workspace(this.box)}/${name}`;
      await until("the file on the box", 30, async () => (await readFile(file, "utf8")) === "here\n");
    });
  }
}

/** In the workbench: the script of its service worker. */
async function script() {
  const [registration] = await navigator.serviceWorker.getRegistrations();
  return registration?.active?.scriptURL;
}

export class People {
  /** Alice's ticket that nobody has used. */
  late = "";

  /** Nothing of hotdesk's is complained of, on its own pages and in the workbenches. */
  async silent({ report }) {
    await report.step("no console complains of hotdesk", async () => {
      const own = (one) =>
        one.noise.filter(({ page, at, words }) => {
          return at.startsWith(BASE) || (page === one.page && OURS.test(words));
        });
      const noise = [this.alice, this.bob].flatMap(own).map(({ words }) => words);
      expect(noise.length === 0, noise.join("\n"));
    });
  }

  async leave() {
    for (const one of [this.alice, this.bob]) await one.person.leave();
  }
}

export async function meet({ browser, report }) {
  const people = new People();
  people.alice = await report.step("alice signs in and opens", () => Worker.start(browser, "alice"));
  people.late = await report.step("she asks for a ticket that nobody uses", () => ticket("alice"));
  people.bob = await report.step("so does bob, on a box of his own", async () => {
    const bob = await Worker.start(browser, "bob");
    expect(bob.home !== people.alice.home, "it is hers");
    return bob;
  });
  return people;
}

/** The address with a new ticket for somebody's box. */
export async function ticket(name) {
  const { status, to } = await dispatch(await session(name));
  expect(status === 302 && to.includes("/_hotdesk/open?ticket="), `no ticket: ${status} to ${to}`);
  return to;
}

/** What a ticket says. */
export function claims(address) {
  const [, body] = new URL(address).searchParams.get("ticket").split(".");
  return JSON.parse(Buffer.from(body, "base64url"));
}
