// A box as a browser without a screen sees it: let in by a ticket, kept by heartbeats.

import { claims } from "../security/people.mjs";

const PATIENCE = 12_000;

export class Box {
  #cookies = new Map();

  /** `address`: where hotdesk has sent somebody. */
  constructor(address) {
    this.address = address;
    this.origin = new URL(address).origin;
    const { sub, aud, epoch } = claims(address);
    this.seat = { user: sub, instance: aud, epoch };
  }

  /** Uses the ticket; the answer's status, and its words if it refuses. */
  async open() {
    const answer = await this.ask(this.address);
    return { status: answer.status, words: answer.status < 400 ? "" : await answer.text() };
  }

  /** Where the opening stands: `stage`, `ready`. */
  async stage() {
    const answer = await this.ask(`${this.origin}/_hotdesk/opening`);
    if (!answer.ok) throw new Error(`the opening is answered with ${answer.status}`);
    return answer.json();
  }

  /** Whose workbench the box's document says that it is; null if it does not serve one. */
  async whose() {
    const headers = { accept: "text/html" };
    let answer = await this.ask(`${this.origin}/`, { headers });
    // To the same with the folder that it shows.
    const to = answer.headers.get("location");
    if (to) answer = await this.ask(new URL(to, this.origin), { headers });
    const text = await answer.text();
    const [, user, instance] = /data-user="([^"]*)" data-instance="([^"]*)"/.exec(text) ?? [];
    return answer.ok && user ? { user, instance } : null;
  }

  /** One heartbeat; the box's word on it. */
  async beat() {
    const { user, instance } = this.seat;
    const answer = await this.ask(`${this.origin}/_hotdesk/ping`, {
      method: "POST",
      headers: { "content-type": "application/json", origin: this.origin },
      body: JSON.stringify({ user, instanceId: instance }),
    });
    return answer.headers.get("heartbeat") ?? `status ${answer.status}`;
  }

  /** What this browser is answered at another address, where it has no business: the status. */
  async intrude(origin) {
    const answer = await this.ask(`${origin}/`, { headers: { accept: "text/html" } });
    return answer.status;
  }

  async ask(url, { method = "GET", headers = {}, body } = {}) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(url, {
      method,
      body,
      redirect: "manual",
      headers: { accept: "application/json", ...headers, ...(cookie && { cookie }) },
      signal: AbortSignal.timeout(PATIENCE),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(";");
      const [name, ...value] = pair.split("=");
      this.#cookies.set(name, value.join("="));
    }
    return answer;
  }
}
