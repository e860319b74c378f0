// A browser of programs: it keeps the cookies of localhost, whatever the port, as browsers do, and
// follows redirects.

import { expect } from "./look.mjs";

const MOST = 20;

export class Jar {
  #cookies = new Map();

  /** The value of the cookie of that name, or undefined. */
  value(name) {
    return this.#sent("/").find((cookie) => cookie.name === name)?.value;
  }

  /** Asks for one address; what it is answered may be a redirect. */
  async ask(url, { method = "GET", headers = {}, body } = {}) {
    const cookies = this.#sent(new URL(url).pathname).map(({ name, value }) => `${name}=${value}`);
    const answer = await fetch(url, {
      method,
      body,
      redirect: "manual",
      headers: { accept: "text/html", cookie: cookies.join("; "), ...headers },
    });
    for (const line of answer.headers.getSetCookie()) this.#take(line);
    return answer;
  }

  /** Goes on from an answer as a browser would, until `there(url)` or an answer that leads no further. */
  async follow(url, answer, there = () => false) {
    for (let n = 0; n < MOST; n += 1) {
      const to = answer.headers.get("location");
      if (to === null) return { url, answer };
      await answer.arrayBuffer();
      url = new URL(to, url).href;
      if (there(url)) return { url, answer };
      answer = await this.ask(url);
    }
    throw new Error(`more than ${MOST} redirects, the last to ${url.split("?")[0]}`);
  }

  #sent(path) {
    const fits = (own) => path === own || path.startsWith(own.endsWith("/") ? own : `${own}/`);
    return [...this.#cookies.values()].filter((cookie) => fits(cookie.path));
  }

  #take(line) {
    const [pair, ...attributes] = line.split(";").map((part) => part.trim());
    const [name, ...value] = pair.split("=");
    const given = Object.fromEntries(
      attributes.map((each) => each.split("=")).map(([key, text = ""]) => [key.toLowerCase(), text]),
    );
    expect(given.path?.startsWith("/"), `a cookie without a path: ${name}`);
    const over = given["max-age"] === "0" || Date.parse(given.expires) < Date.now();
    const key = `${name} ${given.path}`;
    if (over) this.#cookies.delete(key);
    else this.#cookies.set(key, { name, value: value.join("="), path: given.path });
  }
}
