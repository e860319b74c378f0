// What the smoke test says: a line a step, figures, and a count at the end.

import { readdir, readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";

export class Report {
  #passed = 0;
  #failed = 0;
  #onFailure;

  /** `onFailure(name)` is called when a step has failed, before the part ends. */
  constructor(onFailure) {
    this.#onFailure = onFailure;
  }

  /** Runs a step and returns what it returns. A step that fails ends its part: it throws on. */
  async step(name, work) {
    const began = performance.now();
    try {
      const result = await work();
      this.#passed += 1;
      this.#line("ok", began, name);
      return result;
    } catch (error) {
      this.#failed += 1;
      this.#line("FAILED", began, name);
      console.log(indent(error?.message ?? String(error)));
      await this.#onFailure(name).catch((trouble) => console.log(indent(trouble.message)));
      throw new Failed();
    }
  }

  /** Runs steps that need each other; the first that fails ends them. */
  async part(name, steps) {
    console.log(`\n${name}`);
    try {
      await steps();
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
    }
  }

  figure(name, value) {
    console.log(`${"".padStart(8)}${"".padStart(11)}  ${name}: ${value}`);
  }

  /** Says the count. True if nothing has failed. */
  end() {
    console.log(`\n${this.#passed} passed, ${this.#failed} failed`);
    return this.#failed === 0;
  }

  #line(outcome, began, name) {
    const ms = Math.round(performance.now() - began);
    console.log(`${outcome.padEnd(8)}${`${ms} ms`.padStart(11)}  ${name}`);
  }
}

class Failed extends Error {}

/** What helps with a failed step: where the browser's tabs are, pictures of them, and the ends of the logs. */
export async function evidence(name, browser, screenshots, logs) {
  const slug = name.replace(/[^a-z0-9]+/gi, "-").slice(0, 60);
  const pages = browser.contexts().flatMap((context) => context.pages());
  for (const [n, page] of pages.entries()) {
    console.log(indent(`at ${page.url().split("?")[0]}`));
    await page.screenshot({ path: `${screenshots}/failed-${slug}-${n}.png`, timeout: 5000 }).catch(() => {});
  }
  for (const file of await readdir(logs)) {
    const lines = (await readFile(`${logs}/${file}`, "utf8")).trimEnd().split("\n").slice(-5);
    if (lines[0]) console.log(indent(`${file}:\n${indent(lines.map((l) => l.slice(0, 300)).join("\n"))}`));
  }
}

export function indent(text) {
  return text.replace(/^/gm, "          ");
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}
