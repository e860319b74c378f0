// What an opening goes through, from the click to a terminal that answers, and when.

import { stat } from "node:fs/promises";

import { BASE, redis, until } from "../look.mjs";
import { terminal, usable } from "../person.mjs";

/** Watches all openings of somebody. */
export class Stages {
  #began = 0;
  #seen = new Map();

  static async of({ context }) {
    const one = new Stages();
    await context.exposeBinding("stageSeen", (_, stage) => one.#note(stage));
    await context.addInitScript(watch);
    context.on("response", (response) => {
      if (!response.request().isNavigationRequest()) return;
      const { origin, pathname } = new URL(response.url());
      if (origin === BASE && response.status() === 302) one.#note("302");
      if (origin !== BASE && response.status() === 200) {
        one.#note(pathname === "/" ? "the workbench's document" : "the box's page");
      }
    });
    return one;
  }

  #note(what) {
    if (!this.#seen.has(what)) this.#seen.set(what, Math.round(performance.now() - this.#began));
  }

  /** Clicks on Open, and returns the box once editor and terminal do what one wants of them. */
  async open({ name }, page, stack) {
    this.#seen.clear();
    this.#began = performance.now();
    await page.click("#open");
    await usable(page);
    this.#note("a usable editor");
    const box = await redis("HGET", `ws:${name}`, "instanceId");
    const file = `${await stack.workspace(box)}/.opened-on-${box}`;
    await terminal(page, `touch .opened-on-${box}`);
    await until("the terminal", 30, () => stat(file));
    this.#note("a terminal that answers");
    return box;
  }

  /** Milliseconds from the click to each, in their order. */
  toString() {
    return [...this.#seen].map(([what, ms]) => `${what} ${ms}`).join(", ");
  }
}

/** In every page: says which stage the page before the editor shows. */
function watch() {
  if (location.pathname !== "/_hotdesk/opening") return;
  const look = () => {
    const stage = document.getElementById("say")?.dataset.stage;
    if (stage) window.stageSeen(stage);
  };
  const attributeFilter = ["data-stage"];
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributeFilter });
}
