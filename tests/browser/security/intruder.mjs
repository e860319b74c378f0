// A browser at the address of somebody else's box, and what it gets there.

import { expect } from "../look.mjs";

/** A path of a page that nobody serves: scripts of the box's own origin that are not the box's. */
const BLANK = "/blank-page-of-an-intruder";

/** What somebody gets who is let in, and who is not. */
export const INSIDE = { page: 200, file: 200, socket: "open", worker: "installed" };

export class Intruder {
  /** `home` is the box's address, `alice` whose it is. */
  static async come(browser, alice, cookies = []) {
    const one = new Intruder();
    one.alice = alice;
    one.context = await browser.newContext();
    await one.context.addCookies(cookies.map((cookie) => ({ ...cookie, url: alice.home })));
    await one.context.route(`${alice.home}${BLANK}`, (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><title>Blank</title>" }),
    );
    one.page = await one.context.newPage();
    return one;
  }

  /** Goes to an address of the box as somebody who follows a link; what came of it. */
  async visit(address) {
    const answer = await this.page.goto(address, { waitUntil: "domcontentloaded" });
    const workbench = (await this.page.$(".monaco-workbench, #vscode-workbench-web-configuration")) !== null;
    return { status: answer.status(), workbench };
  }

  /** Asks for all that the workbench asks for, by a script of the box's own origin. */
  async grasp() {
    await this.page.goto(`${this.alice.home}${BLANK}`);
    const { file, socket, worker } = this.alice;
    return this.page.evaluate(grasp, { file, socket, worker });
  }

  /** They get nothing: no page, no file, no connection, no service worker, no pass. */
  async isKeptOut(address = `${this.alice.home}/`) {
    const before = await this.#passes();
    const { status, workbench } = await this.visit(address);
    expect([401, 403].includes(status) && !workbench, `the page: ${status}, a workbench: ${workbench}`);
    const got = await this.grasp();
    expect(
      [401, 403].includes(got.page) && [401, 403].includes(got.file) && got.socket === "refused" &&
        got.worker === "refused",
      `they get ${JSON.stringify(got)}`,
    );
    expect((await this.#passes()) === before, "they have got a cookie");
  }

  async #passes() {
    const cookies = await this.context.cookies([this.alice.home, `${this.alice.home}/_hotdesk/ping`]);
    return JSON.stringify(cookies.map(({ name, value }) => [name, value]).sort());
  }

  async leave() {
    await this.context.close();
  }
}

/** In a page of the box's origin. */
async function grasp({ file, socket, worker }) {
  const status = async (address) => (await fetch(address)).status;
  const opens = new Promise((resolve) => {
    const connection = new WebSocket(socket);
    connection.onopen = () => resolve("open");
    connection.onerror = () => resolve("refused");
  });
  const installs = navigator.serviceWorker.register(worker).then(
    () => "installed",
    () => "refused",
  );
  return { page: await status("/"), file: await status(file), socket: await opens, worker: await installs };
}
