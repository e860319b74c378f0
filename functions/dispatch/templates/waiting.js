// Asks where we stand, shows what changed, and goes to the box as soon as there is one.
(() => {
  "use strict";
  const SLOWEST = 15000;
  let failures = 0;
  /** For another page of ours: the place in the queue is kept. */
  let leaving = false;
  /** For wherever, by a button, a link or the browser. */
  let departing = false;
  let timer;
  /** How long to wait before the next question, in ms: the page says it, then each answer. */
  let pause;
  /** How far the server's clock is before this machine's, in ms. */
  let ahead = 0;

  const live = () => document.getElementById("live");

  /** Unless the page is being left: to go elsewhere then would end the request that leaves it. */
  function go(where) {
    if (departing) return;
    leaving = true;
    location.replace(where);
  }

  function wait() {
    const next = Math.min(pause * 2 ** failures, SLOWEST);
    // After a failure spread, so that those who met it together do not come back together.
    timer = setTimeout(ask, failures ? next * (0.5 + Math.random() / 2) : next);
  }

  async function ask() {
    clearTimeout(timer);
    try {
      const answer = await fetch("/status", {
        headers: { accept: "text/html", "if-none-match": live().dataset.etag },
        cache: "no-store",
        redirect: "manual",
        signal: AbortSignal.timeout(10000),
      });
      // Signed out meanwhile.
      if (answer.type === "opaqueredirect") return go("/");
      if (answer.status !== 304 && !answer.ok) throw new Error(answer.status);
      failures = 0;
      pause = Number(answer.headers.get("retry-after")) * 1000 || pause;
      const text = await answer.text();
      if (answer.ok && !departing) show(parse(text));
    } catch {
      failures += 1;
    }
    if (!leaving) wait();
  }

  /** Without its style: the policy of this page does not know the other one's nonce. */
  const parse = (text) =>
    new DOMParser().parseFromString(text.slice(text.indexOf("<main>")), "text/html");

  function show(page) {
    const fresh = page.getElementById("live");
    const [was, is] = [live(), fresh].map((each) => each.dataset.state);
    // Who was taken out of the queue is told so; everybody else asks for a box again.
    if (is !== was) return go(was === "waiting" && is === "stopped" ? "/status" : "/dispatch");
    const said = document.getElementById("say");
    const saying = page.getElementById("say").textContent;
    // Only what is new: a screen reader reads it out.
    if (said.textContent !== saying) said.textContent = saying;
    live().replaceWith(document.adoptNode(fresh));
    compare();
    count();
  }

  function compare() {
    ahead = Date.parse(live().dataset.now) - Date.now();
  }

  /** Keeps the times right between two answers. */
  function count() {
    const now = Date.now() + ahead;
    const waited = document.getElementById("waited");
    if (waited?.dataset.since) waited.textContent = about(now - Date.parse(waited.dataset.since));
    const expected = document.getElementById("expected");
    if (!expected?.dataset.at) return;
    const left = Date.parse(expected.dataset.at) - now;
    expected.textContent =
      left < 1000 ? "any moment; it takes longer than usual" : `in about ${about(left)}`;
  }

  /** As the server says it. */
  function about(ms) {
    const seconds = Math.max(Math.floor(ms / 1000), 0);
    if (seconds === 1) return "1 second";
    if (seconds < 90) return `${seconds} seconds`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 90) return `${Math.floor((seconds + 30) / 60)} minutes`;
    return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
  }

  // A reload closes the page too, and another tab may be open: both ask again in time.
  addEventListener("pagehide", () => {
    if (!leaving) navigator.sendBeacon("/stop", new URLSearchParams({ closing: "true" }));
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    leaving = departing = false;
    ask();
  });
  addEventListener("submit", () => (leaving = true));
  addEventListener("beforeunload", () => (departing = true));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") ask();
  });
  compare();
  pause = Number(live().dataset.pause);
  // Nothing would change any more, so there is nothing to ask for.
  if (live().dataset.state === "running") return go("/dispatch");
  setInterval(count, 1000);
  wait();
})();
