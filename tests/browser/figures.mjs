// How long people wait: from the click to the 302 with a spare at hand, and from the click to a
// usable workbench against the same editor without hotdesk in front of it.

import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { promisify } from "node:util";

import { BASE, expect, redis, until } from "./look.mjs";
import { Person, dispatch, session, usable } from "./person.mjs";
import { median } from "./report.mjs";

const CLAIMS = 20;
const OPENINGS = 3;
// Like the boxes' addresses a secure context, or the editor would do other things.
const DIRECT = (n) => `http://127.3.0.${n}:8090`;

const run = promisify(execFile);

export async function figures({ browser, report, root, binary }) {
  const users = Array.from({ length: CLAIMS }, (_, n) => `user${n}`);
  // As long on their feet as the boxes are; the first one fills the caches for all that follow.
  const [dress, ...editors] = await report.step("editors without hotdesk in front", () =>
    Promise.all(Array.from({ length: 1 + OPENINGS }, (_, n) => Editor.start(root, binary, n + 1))),
  );
  await report.step(`${CLAIMS} spares`, () =>
    until("the spares", 300, async () => (await redis("SCARD", "ws:pool")) === CLAIMS),
  );
  await report.step(`${CLAIMS} users click, each with a spare at hand`, async () => {
    const times = [];
    for (const user of users) {
      const { status, to, ms } = await dispatch(await session(user));
      expect(status === 302 && to.includes("/_hotdesk/open"), `${user}: ${status} to ${to}`);
      times.push(ms);
    }
    const [least, most] = [Math.min(...times), Math.max(...times)].map((ms) => ms.toFixed(1));
    const middle = median(times).toFixed(1);
    report.figure("click to 302, median", `${middle} ms (${least} to ${most}, n = ${CLAIMS})`);
  });
  await report.step("a workbench, through hotdesk and without, in turns", async () => {
    await dress.open(browser);
    const [through, without] = [[], []];
    for (const [n, editor] of editors.entries()) {
      const turns = [
        async () => without.push(await editor.open(browser)),
        async () => through.push(await throughHotdesk(browser, users[n])),
      ];
      if (n % 2) turns.reverse();
      for (const turn of turns) await turn();
    }
    const [ours, direct] = [median(through), median(without)].map(Math.round);
    const ratio = (ours / direct).toFixed(2);
    report.figure("click to workbench, median", `${ours} ms, directly ${direct} ms, ratio ${ratio}`);
  });
  for (const editor of [dress, ...editors]) await editor.stop();
}

/** From the click on Open to the workbench, on a box that nobody has opened yet. */
async function throughHotdesk(browser, user) {
  const person = await Person.meet(browser, user);
  const page = await person.signIn();
  const began = performance.now();
  await person.open(page);
  const ms = performance.now() - began;
  await person.leave();
  return ms;
}

/** An editor as a box runs it, but with a port of its own and nothing in front of it. */
class Editor {
  static async start(root, binary, n) {
    const { stdout } = await run(`${root}infra/workspace/editor/install.sh`);
    const installed = stdout.trim().split("\n").at(-1);
    const home = await mkdtemp(`${tmpdir()}/hotdesk-direct-`);
    const data = `${home}/.local/share/code-server`;
    await mkdir(`${home}/workspace`);
    await cp(`${root}infra/workspace/editor/settings.json`, `${data}/User/settings.json`);
    const server = spawn(
      "setpriv",
      [
        ...["--pdeathsig", "TERM", "--", binary, "guard", `${installed}/bin/code-server`],
        ...["--auth", "none", "--bind-addr", new URL(DIRECT(n)).host, "--config", "/dev/null"],
        ...["--user-data-dir", data, "--extensions-dir", `${data}/extensions`],
        ...["--session-socket", `${home}/session.sock`, "--disable-telemetry"],
        ...["--disable-update-check", "--disable-workspace-trust"],
        ...["--disable-getting-started-override", "--disable-proxy", `${home}/workspace`],
      ],
      {
        env: { PATH: process.env.PATH, HOME: home, TMPDIR: home, SHELL: "/bin/bash" },
        stdio: "ignore",
        detached: true,
      },
    );
    await until("the editor", 60, async () => (await fetch(`${DIRECT(n)}/healthz`)).ok);
    return Object.assign(new Editor(), { address: DIRECT(n), home, server });
  }

  /** From entering the address, in a tab that has shown a page before, to the workbench. */
  async open(browser) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    const page = await context.newPage();
    await page.goto(`${BASE}/`);
    const began = performance.now();
    await page.goto(`${this.address}/`, { waitUntil: "commit" });
    await usable(page);
    const ms = performance.now() - began;
    await context.close();
    return ms;
  }

  async stop() {
    const ended = once(this.server, "exit");
    this.server.kill("SIGTERM");
    await ended;
    await rm(this.home, { recursive: true, force: true });
  }
}
