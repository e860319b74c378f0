// Somebody who is signed in, with two browsers: one that runs scripts and one that does not.

import { BASE, expect } from "../look.mjs";
import { session } from "../person.mjs";
import { Tab } from "./tab.mjs";

const PATIENCE = 60_000;
const WIDE = { width: 1280, height: 800 };

export class Somebody {
  static async meet(browser, name) {
    const one = new Somebody();
    one.name = name;
    one.cookie = await session(name);
    one.scripted = await context(browser, one.cookie, true);
    one.plain = await context(browser, one.cookie, false);
    return one;
  }

  /** Somebody who is not signed in. */
  static async stranger(browser) {
    const one = new Somebody();
    one.scripted = await context(browser, null, true);
    one.plain = await context(browser, null, false);
    return one;
  }

  /** A tab at that path of hotdesk, or at that address. */
  async open(path, { scripted = true } = {}) {
    const tab = await this.empty({ scripted });
    await tab.page.goto(new URL(path, BASE).href);
    return tab;
  }

  /** A tab at no page yet. */
  async empty({ scripted = true } = {}) {
    return new Tab(await (scripted ? this.scripted : this.plain).newPage(), scripted);
  }

  /** What a program of theirs is answered. */
  async ask(path, { method = "GET", body } = {}) {
    const headers = { cookie: this.cookie, accept: "application/json", origin: BASE };
    const answer = await fetch(`${BASE}${path}`, { method, headers, body, redirect: "manual" });
    const text = await answer.text();
    return { status: answer.status, to: answer.headers.get("location"), json: text && JSON.parse(text) };
  }

  /** Gives the box back, as their pages do. */
  async stop() {
    const { json } = await this.ask("/");
    const body = new URLSearchParams(json.epoch ? { epoch: json.epoch } : {});
    const { status } = await this.ask("/stop", { method: "POST", body });
    expect(status === 202, `${this.name} cannot stop: ${status}`);
  }

  async leave() {
    await this.scripted.close();
    await this.plain.close();
  }
}

async function context(browser, cookie, javaScriptEnabled) {
  const made = await browser.newContext({ viewport: WIDE, javaScriptEnabled });
  made.setDefaultTimeout(PATIENCE);
  if (cookie) {
    const [name, ...value] = cookie.split("=");
    await made.addCookies([{ name, value: value.join("="), url: BASE, httpOnly: true, sameSite: "Lax" }]);
  }
  return made;
}
