// Pages that are not hotdesk's: at another port of a host, which is the same site with all its cookies,
// and on a box that is not the one attacked, which is another site.

import { once } from "node:events";
import { createServer } from "node:http";

const PAGE = "<!doctype html><meta charset=utf-8><title>Elsewhere</title><body>A page of somebody else's";

/** A server of such pages at a port of its own. */
export class Elsewhere {
  #server = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" }).end(PAGE);
  });

  /** `name` is how browsers call the address `host`. */
  static async start(name, host) {
    const one = new Elsewhere();
    one.#server.listen(0, host);
    await once(one.#server, "listening");
    one.address = `http://${name}:${one.#server.address().port}/`;
    return one;
  }

  async stop() {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}

/** The address of a page on a box, as if its user had put it there; for one browser. */
export async function pageOn(home, context) {
  const address = `${home}/somebody-elses-page.html`;
  await context.route(address, (route) => route.fulfill({ contentType: "text/html", body: PAGE }));
  return address;
}

/**
 * Everything that a tab asks of one origin: method, path, status, cookies, and what became of a
 * heartbeat.
 */
export class Watch {
  #asked = new Map();

  static async on(page, origin) {
    const one = new Watch();
    const { seen, network } = { seen: one.#asked, network: await page.context().newCDPSession(page) };
    const note = (id, news) => seen.set(id, { ...seen.get(id), ...news });
    // What Chromium keeps from the page it keeps from Playwright too, but not from its own tools.
    network.on("Network.requestWillBeSent", ({ requestId, request: { method, url } }) => {
      const { origin: to, pathname: path } = new URL(url);
      if (to === origin) note(requestId, { method, path });
    });
    network.on("Network.requestWillBeSentExtraInfo", ({ requestId, headers }) => {
      note(requestId, { cookies: headers.Cookie ?? headers.cookie ?? "" });
    });
    network.on("Network.responseReceivedExtraInfo", ({ requestId, statusCode: status, headers }) => {
      note(requestId, { status, heartbeat: headers.Heartbeat });
    });
    await network.send("Network.enable");
    return one;
  }

  /** Those that were answered. */
  get seen() {
    return [...this.#asked.values()].filter(({ path, status }) => path && status);
  }

  /** Whether a cookie of that name went with any of it. */
  carried(name) {
    const has = ({ cookies = "" }) => cookies.split("; ").some((each) => each.startsWith(`${name}=`));
    return this.seen.some(has);
  }
}

/** In the page: all ways of asking for `address` with the cookies that there are; adds what can be read. */
export function ways() {
  const read = [];
  const note = (what, text) => text && read.push(`${what}: ${text.slice(0, 100)}`);
  const added = (element) =>
    new Promise((done) => {
      element.onload = element.onerror = () => done(element);
      document.body.append(element);
    });
  const make = (name, fields) => Object.assign(document.createElement(name), fields);
  const inside = (frame) => {
    try {
      return frame.contentDocument?.body.innerText;
    } catch {
      return "";
    }
  };
  return {
    read,
    note,
    async fetches(address, options) {
      for (const mode of ["cors", "no-cors"]) {
        const asked = fetch(address, { mode, credentials: "include", ...options });
        note(`${mode} ${address}`, await asked.then((answer) => answer.text()).catch(() => ""));
      }
    },
    async embeds(address) {
      await added(make("img", { src: address }));
      await added(make("script", { src: address }));
      note(`frame ${address}`, inside(await added(make("iframe", { src: address }))));
    },
    async posts(address, fields) {
      await this.fetches(address, { method: "POST", body: new URLSearchParams(fields) });
      navigator.sendBeacon(address, new URLSearchParams(fields));
      const frame = await added(make("iframe", { name: `f${Math.random()}` }));
      const form = make("form", { method: "post", action: address, target: frame.name });
      for (const [name, value] of Object.entries(fields)) form.append(make("input", { name, value }));
      document.body.append(form);
      const loaded = new Promise((done) => (frame.onload = done));
      form.submit();
      await loaded;
      note(`form ${address}`, inside(frame));
    },
  };
}
