/**
 * Sends heartbeats by a worker: a request costs the thread that makes it half a millisecond, and
 * this one is the workbench's.
 */
class Line {
  #seat;
  #worker = new Worker("/_hotdesk/beat.js", { name: "hotdesk heartbeat" });
  #hear = () => {};
  /** An answer to an earlier heartbeat, whose patience is over, says nothing of this one. */
  #number = 0;

  constructor({ user, instance }) {
    this.#seat = { user, instanceId: instance };
    this.#worker.onmessage = ({ data }) => {
      if (data.number === this.#number) this.#hear(data);
    };
  }

  /**
   * Sends one heartbeat and says what became of it: the box's word (`noted`, `stale` or `away`) or
   * `nothing`, with what came along: a threat to the box, and the pause in ms that was asked for.
   */
  async ask(stay) {
    const { word, threat: header, pause } = await new Promise((resolve) => {
      this.#number += 1;
      const timer = setTimeout(() => this.#hear({}), PATIENCE);
      this.#hear = (answer) => {
        clearTimeout(timer);
        this.#hear = () => {};
        resolve(answer);
      };
      const body = JSON.stringify({ ...this.#seat, ...(stay && { stay }) });
      this.#worker.postMessage({ number: this.#number, body, patience: PATIENCE });
    });
    return {
      // Whoever else may answer at this address does not have this header.
      word: word ?? "nothing",
      threat: threat(header),
      pause: Math.min(Math.max(Number(pause) * 1000 || 0, 0), LONGEST_PAUSE),
    };
  }
}

/** `kind,ms since 1970` as an object; null if there is none, or none of a kind that has words. */
function threat(header) {
  const [kind, at] = header?.split(",") ?? [];
  return Object.hasOwn(THREATS, kind) ? { kind, at: Number(at) } : null;
}
