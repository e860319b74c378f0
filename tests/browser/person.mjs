// What somebody does with a browser.

import { Jar } from "./jar.mjs";
import { BASE, IDENTITY, expect } from "./look.mjs";

const PATIENCE = 60_000;
const SCREEN = ".terminal .xterm-screen";

/** Somebody with a browser of their own: no cookie or cache is shared with another. */
export class Person {
  constructor(name, context) {
    this.name = name;
    this.context = context;
    /** Status, address and destination of every redirect that the browser followed. */
    this.redirects = [];
    context.setDefaultTimeout(PATIENCE);
    context.on("response", (response) => {
      const to = response.headers().location;
      if (to) this.redirects.push({ status: response.status(), from: response.url(), to });
    });
  }

  static async meet(browser, name) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    return new Person(name, context);
  }

  /** Opens hotdesk, signs in at the identity provider, and returns the tab with the home page. */
  async signIn() {
    const page = await this.context.newPage();
    await page.goto(`${BASE}/`);
    expect(choosing(page.url()), `not asked to sign in, but at ${page.url()}`);
    await choose(page, this.name);
    await page.waitForSelector("#open");
    return page;
  }

  /** Clicks on Open and returns the tab once the workbench can be used. */
  async open(page) {
    await page.click("#open");
    await usable(page);
    return page;
  }

  /** A further tab, straight to the workspace. */
  async openTab() {
    const page = await this.context.newPage();
    await page.goto(`${BASE}/dispatch`);
    await usable(page);
    return page;
  }

  async leave() {
    await this.context.close();
  }
}

/** Whether that is the address of the identity provider's account chooser. */
export function choosing(url) {
  return url.startsWith(`${IDENTITY}/interaction/`);
}

/** Chooses an account, by its button or by its name. */
export async function choose(page, name) {
  const button = page.locator(`button[value="${name}"]`);
  if ((await button.count()) > 0) return button.click();
  await page.fill("#name", name);
  return page.click("#continue");
}

/**
 * The workbench stands and shows the folder's files, which it has over its connection to the
 * server: from here on one can work.
 */
export async function usable(page) {
  await page.waitForSelector(".monaco-workbench .explorer-folders-view .monaco-list");
}

/** Types a command into the terminal of the workbench, which is opened if there is none. */
export async function terminal(page, command) {
  if (!(await page.isVisible(SCREEN))) await page.keyboard.press("Control+Backquote");
  // While the workbench is still busy, the new terminal may not get the focus by itself.
  await page.click(SCREEN);
  await page.waitForSelector(".terminal.xterm.focus");
  await page.keyboard.type(`${command}\n`);
}

/** A session without a browser: the cookie of somebody who signed in at the identity provider. */
export async function session(name) {
  const jar = new Jar();
  const begin = `${BASE}/login?next=/status`;
  const chooser = await jar.follow(begin, await jar.ask(begin), choosing);
  const body = new URLSearchParams({ name });
  const chosen = await jar.ask(chooser.url, { method: "POST", body });
  const end = await jar.follow(chooser.url, chosen, (url) => url === `${BASE}/status`);
  const value = jar.value("hotdesk");
  expect(value, `no session for ${name}: ${end.answer.status} of ${end.url.split("?")[0]}`);
  return `hotdesk=${value}`;
}

/** Asks for the workspace without following; the answer's status, destination and milliseconds. */
export async function dispatch(cookie) {
  const began = performance.now();
  const answer = await fetch(`${BASE}/dispatch`, {
    redirect: "manual",
    headers: { cookie, accept: "text/html" },
  });
  const ms = performance.now() - began;
  await answer.arrayBuffer();
  return { status: answer.status, to: answer.headers.get("location"), ms };
}
