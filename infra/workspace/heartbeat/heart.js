/**
 * When heartbeats go out. What all tabs of this browser know of each other is in `shared`, and
 * every change of it is sent to the others, so that they show the same notice.
 */
class Heart {
  #line;
  #period;
  #notice;
  #name;
  #channel = null;
  #shared = {
    /** When a heartbeat last got an answer about the seat, ms since 1970. */
    answered: 0,
    /** Not before this time, as the control plane asked for a pause. */
    paused: 0,
    /** What is said, `{ kind, at }` or null, and whether somebody has dismissed it. */
    notice: null,
    dismissed: false,
    /** Somebody has clicked on Stay, and no heartbeat has carried it yet. */
    staying: false,
  };

  /** The end of this tab's wish to lead; null while it is hidden. */
  #wish = null;
  #leads = false;
  #busy = false;
  #timer = 0;
  #looked = 0;
  /** When this tab last tried, when it is to try next, and how often in a row it was not heard. */
  #tried = 0;
  #due = 0;
  #failures = 0;
  /** Since when nothing has answered, and how many tries that were. */
  #silence = null;

  constructor({ user, instance, interval, home }) {
    this.#line = new Line({ user, instance });
    this.#period = Number(interval) * 1000;
    // An address may have been another box's, whose tabs are still open.
    this.#name = `hotdesk ${instance} ${user}`;
    this.#notice = new Notice({
      home,
      onStay: () => this.#stay(),
      onDismiss: () => this.#share({ dismissed: true }),
    });
  }

  start() {
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#channel.postMessage("what do you know?");
    document.addEventListener("visibilitychange", () => this.#follow());
    document.addEventListener("resume", () => this.#wake());
    for (const event of ["online", "pageshow"]) addEventListener(event, () => this.#wake());
    this.#follow();
  }

  /** Wishes to lead exactly while the tab is visible. */
  #follow() {
    const visible = document.visibilityState === "visible";
    if (visible && !this.#wish) {
      this.#wish = new AbortController();
      const { signal } = this.#wish;
      // Locks exist in secure contexts only; without them every visible tab leads.
      if (!navigator.locks) this.#lead(signal);
      else navigator.locks.request(this.#name, { signal }, () => this.#lead(signal)).catch(() => {});
    } else if (!visible && this.#wish) {
      this.#wish.abort();
      this.#wish = null;
    }
  }

  /** Beats until the signal; the promise that it returns holds the lock so long. */
  #lead(signal) {
    return new Promise((release) => {
      if (signal.aborted) return release();
      signal.addEventListener("abort", () => {
        this.#leads = false;
        clearTimeout(this.#timer);
        release();
      });
      this.#leads = true;
      this.#due = Infinity;
      this.#looked = Date.now();
      this.#silence = null;
      this.#wake();
    });
  }

  /** Beats at once if the last answer is older than an interval, but not at every flicker. */
  #wake() {
    const { answered, paused } = this.#shared;
    const soonest = Math.max(answered + this.#period, paused, this.#tried + FIRST_PAUSE);
    const now = Date.now();
    const setBack = now < Math.max(answered, this.#tried);
    this.#due = Math.min(this.#due, setBack ? now : soonest);
    if (now >= answered + this.#period) this.#failures = 0;
    this.#look();
  }

  /** Beats if it is time for that, or comes back when it may be. */
  #look() {
    clearTimeout(this.#timer);
    if (!this.#leads || this.#busy) return;
    const now = Date.now();
    const passed = now - this.#looked;
    this.#looked = now;
    // The machine slept, or its clock was set: what was silent then says nothing now.
    if (passed < 0 || passed > ASLEEP) this.#silence = null;
    if (passed < 0) this.#due = now;
    if (offline()) {
      // The workbench says that itself. The event `online` wakes us.
      this.#silence = null;
      if (this.#shared.notice?.kind === "lost") this.#tell(null);
      return;
    }
    if (this.#silence?.tries >= LOST_TRIES && now - this.#silence.since >= LOST_AFTER) {
      this.#tell({ kind: "lost" });
    }
    if (now >= this.#due) this.#beat();
    else this.#timer = setTimeout(() => this.#look(), Math.min(this.#due - now, SLICE));
  }

  async #beat() {
    this.#busy = true;
    this.#tried = Date.now();
    const stayed = this.#shared.staying;
    const answer = await this.#line.ask(stayed);
    this.#busy = false;
    this.#settle(answer, stayed);
    if (this.#shared.staying && !stayed) this.#due = 0;
    this.#look();
  }

  /** What follows from an answer: the next try, and the notice. */
  #settle({ word, threat, pause }, stayed) {
    const now = Date.now();
    this.#silence = word === "nothing" ? this.#silence ?? { since: this.#tried, tries: 0 } : null;
    if (word === "noted" || word === "stale") {
      this.#failures = 0;
      this.#due = this.#tried + this.#period;
      this.#share({ answered: now, paused: 0, staying: this.#shared.staying && !stayed });
      if (word === "stale") this.#tell({ kind: "stale" });
      else this.#tell(threat ?? (stayed ? { kind: "stayed" } : null));
      return;
    }
    if (this.#silence) this.#silence.tries += 1;
    else if (this.#shared.notice?.kind === "lost") this.#tell(null);
    const wait = Math.min(FIRST_PAUSE * 2 ** this.#failures, this.#period);
    this.#failures += 1;
    // Between the half and the whole of it, so that boxes do not come back all at once.
    this.#due = now + Math.max(pause, wait * (0.5 + Math.random() / 2));
    if (pause) this.#share({ paused: now + pause });
  }

  #stay() {
    if (this.#shared.staying) return;
    this.#share({ staying: true });
    this.#hurry();
  }

  #hurry() {
    this.#due = 0;
    this.#look();
  }

  /** Says it in all tabs; a notice that was dismissed comes back when it says something else. */
  #tell(notice) {
    const old = this.#shared.notice;
    const same = old?.kind === notice?.kind && old?.at === notice?.at;
    if (!same) this.#share({ notice, dismissed: false });
  }

  #share(change) {
    Object.assign(this.#shared, change);
    this.#channel.postMessage(change);
    this.#show();
  }

  #hear(data) {
    if (data === "what do you know?") {
      if (this.#leads) this.#channel.postMessage(this.#shared);
      return;
    }
    Object.assign(this.#shared, data);
    this.#show();
    if (data.staying && this.#leads) this.#hurry();
  }

  #show() {
    const { notice, dismissed, staying } = this.#shared;
    this.#notice.show(dismissed ? null : notice, staying);
  }
}
