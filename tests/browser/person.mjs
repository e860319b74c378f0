// What somebody does with a browser.

import { BASE, LOGIN, expect } from "./look.mjs";

const PATIENCE = 60_000;

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

  /** Opens hotdesk, signs in, and returns the tab with the home page. */
  async signIn() {
    const page = await this.context.newPage();
    await page.goto(`${BASE}/`);
    expect(page.url().startsWith(LOGIN), `not asked to sign in, but at ${page.url()}`);
    await page.fill("#name", this.name);
    await page.click("button");
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

/**
 * The workbench stands and shows the folder's files, which it has over its connection to the
 * server: from here on one can work.
 */
export async function usable(page) {
  await page.waitForSelector(".monaco-workbench .explorer-folders-view .monaco-list");
}

/** Types a command into a new terminal of the workbench. */
export async function terminal(page, command) {
  await page.keyboard.press("Control+Backquote");
  // While the workbench is still busy, the new terminal may not get the focus by itself.
  await page.click(".terminal .xterm-screen");
  await page.waitForSelector(".terminal.xterm.focus");
  await page.keyboard.type(`${command}\n`);
}

/** A session without a browser: the cookie of somebody who signed in. */
export async function session(name) {
  const answer = await fetch(LOGIN, {
    method: "POST",
    redirect: "manual",
    headers: { origin: new URL(LOGIN).origin },
    body: new URLSearchParams({ name, next: "/" }),
  });
  const cookie = answer.headers.getSetCookie().find((each) => each.startsWith("hotdesk="));
  expect(cookie, `no session for ${name}: ${answer.status}`);
  return cookie.split(";")[0];
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
