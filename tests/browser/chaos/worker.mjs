// Somebody with a real browser, the workbench open, who types and saves.

import { setTimeout as sleep } from "node:timers/promises";

import { BASE } from "../look.mjs";
import { Person, choose, choosing, terminal } from "../person.mjs";
import { Box } from "./box.mjs";
import { name as diary } from "./files.mjs";

const PATIENCE = 40_000;
/** How long somebody looks at a waiting page, ms: whoever goes loses their place. */
const WAITS = 150_000;
const WORKBENCH = ".monaco-workbench .explorer-folders-view .monaco-list";

export class Worker {
  #world;
  #random;
  #person;
  #page = null;
  /** The answer to the last address that the page went to. */
  #status = 0;
  #shots = 0;
  #failures = 0;
  box = null;
  doing = "away";
  wants = true;

  static async meet(world, browser, name, random) {
    const one = new Worker();
    one.#world = world;
    one.name = name;
    one.#random = random;
    one.#person = await Person.meet(browser, name);
    one.#person.context.setDefaultTimeout(PATIENCE);
    one.#person.context.on("response", (response) => one.#hear(response));
    return one;
  }

  /** What the browser is answered: where it is sent, and what its box says to heartbeats. */
  #hear(response) {
    if (response.request().isNavigationRequest() && response.frame() === this.#page?.mainFrame()) {
      this.#status = response.status();
    }
    const { location, heartbeat } = response.headers();
    const asked = Date.now() - Math.max(0, response.request().timing().responseStart);
    if (response.status() === 302 && location?.includes("/_hotdesk/open?ticket=")) {
      this.box = new Box(location);
      this.#world.sent(this.name, this.box.seat, asked, Date.now());
    }
    const beats = ["noted", "away"].includes(heartbeat);
    if (beats && this.box) this.#world.presence.beat(this.name, this.box.seat.instance, asked);
  }

  async live() {
    while (!this.#world.over) {
      try {
        if (!(await this.#isOpen())) await this.#open();
        await this.#write();
        this.#failures = 0;
      } catch (error) {
        this.#failures += 1;
        this.#world.promises.note(`${this.name} (${this.doing}): ${error.message.split("\n")[0]}`);
        await this.shoot("trouble");
        await this.#startAgain();
      }
      const end = Date.now() + this.#random.between(2, 8) * 1000;
      while (Date.now() < end && !this.#world.over) await sleep(200);
    }
  }

  async #isOpen() {
    return this.#page !== null && !this.#page.isClosed() && (await this.#page.isVisible(WORKBENCH));
  }

  /** From hotdesk's first page to the workbench, however long that takes. */
  async #open() {
    this.doing = "opening";
    this.#page ??= await this.#person.context.newPage();
    await this.#page.goto(`${BASE}/dispatch`);
    if (choosing(this.#page.url())) await choose(this.#page, this.name);
    await this.#arrive();
    await this.#world.files.check(this.name, this.box.seat.instance);
    this.#world.promises.note(`${this.name} sees the workbench on ${this.box.seat.instance}`);
  }

  /** Waits as long as the page says that there is something to wait for. */
  async #arrive() {
    for (const end = Date.now() + WAITS; !(await this.#page.isVisible(WORKBENCH)); await sleep(500)) {
      if (this.#world.over || Date.now() > end) throw new Error(`nothing comes at ${this.#where()}`);
      if (this.#page.url().startsWith("chrome-error:")) throw new Error("the browser shows an error");
      // Of a box whose editor does not answer yet: that page goes on by itself.
      if (this.#status >= 400 && this.#status !== 503) throw new Error(`${this.#status} at ${this.#where()}`);
    }
  }

  #where() {
    return this.#page.url().split("?")[0];
  }

  /** Types a line into the diary in the editor, saves it, and sees it on the disk. */
  async #write() {
    const page = this.#page;
    const { instance } = this.box.seat;
    const file = diary(this.name);
    if (!(await page.isVisible(`.tab.active[aria-label^='${file}']`))) {
      this.doing = "opening the diary";
      // What is typed before the shell is there is lost.
      const command = async () => {
        await terminal(page, `touch ${file} && code-server ${file}`);
        await page.waitForSelector(`.tab.active[aria-label^='${file}']`, { timeout: PATIENCE / 3 });
      };
      await command().catch(command);
    }
    this.doing = "typing";
    const line = this.#world.files.next(this.name);
    await page.click(".editor-instance .view-lines");
    await page.waitForSelector(".editor-instance .monaco-editor.focused");
    await page.keyboard.press("Control+End");
    // Of the last one, if a box died under it, there may be half.
    await page.keyboard.type(`\n${line}`);
    this.doing = "saving";
    await page.keyboard.press("Control+S");
    for (const end = Date.now() + PATIENCE; ; await sleep(200)) {
      const saved = await this.#world.files.typed(this.name, instance, line).catch(() => false);
      if (saved) break;
      if (Date.now() > end) throw new Error("what was saved does not get to the disk");
    }
    this.#shots += 1;
    if (this.#shots % 5 === 1) await this.shoot("working");
  }

  /** As people do it when nothing works: a new tab, and after some tries the box is given back. */
  async #startAgain() {
    await this.#page?.close().catch(() => {});
    this.#page = null;
    if (this.#failures < 3 || !this.box) return;
    this.#failures = 0;
    try {
      const page = await this.#person.context.newPage();
      await page.goto(`${BASE}/`);
      this.#world.presence.left(this.name);
      await page.click("#stop");
      await page.close();
    } catch {
      // There is nothing to give back.
    }
  }

  /** A picture of what they see. */
  async shoot(what) {
    const time = new Date().toISOString().slice(11, 19).replaceAll(":", "");
    const path = `${this.#world.out}/${this.name}-${time}-${what}.png`;
    await this.#page?.screenshot({ path, timeout: 5000 }).catch(() => {});
  }

  async leave() {
    await this.#person.leave();
  }
}
