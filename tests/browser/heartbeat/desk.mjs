// Somebody's tabs of one box, in a browser whose time the test owns.

import { expect, until } from "../look.mjs";
import { Box } from "./box.mjs";

/** When the browser's time begins; noon, so that a clock may be set back on the same day. */
export const START = Date.parse("2026-06-01T12:00:00Z");
const PATIENCE = 10_000;

export class Desk {
  /** Every heartbeat: at which second since START it began, from which tab, with which body. */
  beats = [];
  /** What tabs have written into the console or thrown. */
  noise = [];
  #now = START;
  #flying = new Set();

  /** `options` are those of a browser's context. */
  static async open(browser, options = {}) {
    const desk = new Desk();
    desk.box = await Box.start();
    desk.context = await browser.newContext({ timezoneId: "UTC", locale: "en-GB", ...options });
    desk.context.setDefaultTimeout(PATIENCE);
    await desk.context.clock.install({ time: START - 1000 });
    await desk.context.clock.pauseAt(START);
    desk.context.on("console", (message) => desk.noise.push(message.text()));
    desk.context.on("weberror", (error) => desk.noise.push(String(error.error())));
    await desk.context.addInitScript(countQuestions);
    desk.#listen();
    return desk;
  }

  #listen() {
    this.context.on("request", (request) => {
      if (!request.url().endsWith("/_hotdesk/ping")) return;
      const tab = request.frame().page();
      this.beats.push({ at: this.seconds, tab, body: request.postDataJSON() });
      if (this.box.word !== "silent") this.#flying.add(request);
    });
    for (const end of ["requestfinished", "requestfailed"]) {
      this.context.on(end, (request) => this.#flying.delete(request));
    }
  }

  /** Seconds since START, in the browser's time. */
  get seconds() {
    return (this.#now - START) / 1000;
  }

  async tab(path = "/") {
    const tab = await this.context.newPage();
    await tab.goto(`${this.box.address}${path}`);
    return tab;
  }

  /** A tab whose first heartbeat is through. */
  async leader() {
    const before = this.beats.length;
    const tab = await this.tab();
    await this.beat(before + 1);
    return tab;
  }

  /** A tab that does not lead, and knows what the leader knows. */
  async follower() {
    const tab = await this.tab();
    await until("the tab waits for the lock", 10, async () => (await waiting(tab)) > 0);
    return tab;
  }

  /** Until there were `count` heartbeats and the last one's answer has arrived. */
  async beat(count) {
    await until(`heartbeat ${count}`, 10, () => this.beats.length >= count);
    await this.settle();
  }

  /** Lets that many seconds pass, one by one, as answers take no time here. */
  async pass(seconds) {
    for (let n = 0; n < seconds; n += 1) {
      this.#now += 1000;
      await this.context.clock.runFor(1000);
      await this.settle();
    }
  }

  /** Lets seconds pass until a tab has done what takes it timers; returns what came of it. */
  async during(work) {
    let done = false;
    const ended = work.finally(() => (done = true));
    ended.catch(() => {});
    await until("the work in the tab", 20, async () => {
      if (!done) await this.pass(1);
      return done;
    });
    return ended;
  }

  /** The machine sleeps: time passes, and each timer that is due fires once after it. */
  async sleep(seconds) {
    this.#now += seconds * 1000;
    await this.context.clock.fastForward(seconds * 1000);
    await this.settle();
  }

  /** Somebody sets the machine's clock; timers do not notice. */
  async setClock(seconds) {
    await this.context.clock.setSystemTime(START + seconds * 1000);
  }

  /** Until nothing is under way, and the tabs have done what follows from it. */
  async settle() {
    await until("answers", 10, () => this.#flying.size === 0);
    await until("the workers' words", 10, async () => {
      const asked = this.context.pages().map((tab) => tab.evaluate(() => globalThis.questions ?? 0));
      return (await Promise.all(asked)).reduce((sum, n) => sum + n, 0) <= this.box.held;
    });
    // Twice, as what a tab does may be a message to another.
    for (const tab of [...this.context.pages(), ...this.context.pages()]) await tab.evaluate(() => 0);
  }

  /** Hides a tab or shows it. The browser has no window that could be minimised. */
  async turn(tab, visibility) {
    await tab.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, visibility);
    await this.settle();
  }

  async offline(yes) {
    await this.context.setOffline(yes);
    await this.settle();
  }

  /** The seconds at which heartbeats began since `from`. */
  since(from) {
    return this.beats.filter(({ at }) => at >= from).map(({ at }) => at);
  }

  /** Ends it; what is in the console that a browser does not say by itself is an error. */
  async close({ allowed = /^$/ } = {}) {
    await this.context.close();
    await this.box.stop();
    const noise = this.noise.filter((line) => !allowed.test(line));
    expect(noise.length === 0, `in the console: ${noise.join("; ")}`);
  }
}

/** Runs in tabs: counts what the heartbeat's worker was asked and has not answered. */
function countQuestions() {
  globalThis.questions = 0;
  globalThis.Worker = class extends Worker {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", () => (globalThis.questions -= 1));
    }
    postMessage(question) {
      globalThis.questions += 1;
      super.postMessage(question);
    }
  };
}

async function waiting(tab) {
  return tab.evaluate(async () => (await navigator.locks.query()).pending.length);
}

/** What the notice of a tab says once it says `text`; empty means none. */
export async function says(tab, text) {
  const notice = tab.locator("#hotdesk-notice [role=status]");
  await until(`the notice says "${text}"`, 10, async () => {
    const said = (await notice.innerText()).trim();
    if (text ? said.includes(text) : said === "") return true;
    throw new Error(`it says "${said}"`);
  });
}

export function same(actual, expected, what) {
  const [a, b] = [actual, expected].map((value) => JSON.stringify(value));
  expect(a === b, `${what}: ${a}, not ${b}`);
}
