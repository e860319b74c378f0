// A box as tabs see it: a document with the script in it, and a path for heartbeats that answers
// like the box's nginx. It does what a test tells it, and notes nothing itself.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";

// In the agent's order, in src/front.rs.
const PARTS = ["words", "style", "notice", "ask", "heart", "main"];
const FOLDER = new URL("../../../infra/workspace/heartbeat/", import.meta.url);

/** The interval of heartbeats, s. */
export const INTERVAL = 30;

/** What nginx answers, by its word for it; whatever is not here gets no answer until it is released. */
const ANSWERS = {
  noted: [204, { heartbeat: "noted" }],
  stale: [204, { heartbeat: "stale" }],
  away: [204, { heartbeat: "away" }],
  // Somebody else at the box's address: a portal of a network.
  strange: [200, { "content-type": "text/html" }],
};

export class Box {
  /** What the next heartbeats are answered with: a word, and headers beside it. */
  word = "noted";
  headers = {};
  /** How many have come. */
  heartbeats = 0;
  #held = [];
  #server = createServer((request, response) => this.#answer(request, response));
  #scripts = {};

  static async start() {
    const box = new Box();
    const parts = PARTS.map((name) => readFile(new URL(`${name}.js`, FOLDER), "utf8"));
    const whole = (await Promise.all(parts)).join("");
    box.#scripts["/_hotdesk/heartbeat.js"] = `(() => {\n"use strict";\n${whole}})();\n`;
    box.#scripts["/_hotdesk/beat.js"] = await readFile(new URL("beat.js", FOLDER), "utf8");
    box.#server.listen(0, "127.0.0.1");
    await once(box.#server, "listening");
    return box;
  }

  /** A secure context that is not the machine's own name, so that it can be offline. */
  get address() {
    return `http://box.localhost:${this.#server.address().port}`;
  }

  /** Where people get a workspace. */
  get home() {
    return `http://home.localhost:${this.#server.address().port}`;
  }

  /** How many have got no answer. */
  get held() {
    return this.#held.length;
  }

  answers(word, headers = {}) {
    this.word = word;
    this.headers = headers;
  }

  /** Answers what has got no answer, late, by what is answered now. */
  release() {
    for (const response of this.#held.splice(0)) this.#say(response);
  }

  #say(response) {
    const [status, headers] = ANSWERS[this.word];
    response.writeHead(status, { "cache-control": "no-store", ...headers, ...this.headers }).end();
  }

  async stop() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }

  #answer(request, response) {
    const { pathname } = new URL(request.url, this.address);
    if (pathname === "/_hotdesk/ping") {
      this.heartbeats += 1;
      // The browser says in its console why this one failed, whatever the script does.
      if (this.word === "broken") response.destroy();
      else if (ANSWERS[this.word]) this.#say(response);
      else this.#held.push(response);
    } else if (this.#scripts[pathname]) {
      const type = { "content-type": "text/javascript; charset=utf-8" };
      response.writeHead(200, type).end(this.#scripts[pathname]);
    } else {
      const page = pathname === "/" ? this.#workbench(true) : this.#workbench(false);
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
    }
  }

  /** As much of a workbench as the notice looks at; `/dispatch` and `/plain` are without the script. */
  #workbench(beats) {
    const script = `<script defer src="/_hotdesk/heartbeat.js" data-user="alice"
      data-instance="i-0123456789abcdef0" data-interval="${INTERVAL}" data-home="${this.home}"></script>`;
    return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Workbench</title>
      <link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">
      <style>body { margin: 0; height: 100vh; display: flex; flex-direction: column }
        .monaco-workbench { flex: 1; display: flex; flex-direction: column }
        textarea { flex: 1 } .statusbar { height: 28px } [hidden] { display: none }
        :root { color-scheme: light dark }</style>
      ${beats ? script : ""}</head><body><main class="monaco-workbench">
      <textarea aria-label="Editor"></textarea><div class="part statusbar">main</div></main></body></html>`;
  }
}
