// Tells the control plane that somebody looks at this workspace: nginx puts this
// script into the workbench's document, with what it needs in data attributes.
//
// A heartbeat goes out at once and then at every interval, while the tab is
// visible. Tabs of one browser share the work by a lock that only a visible tab
// holds or waits for, so one of them beats and another takes over when it hides.
(() => {
  "use strict";

  const { user, instance, interval, home } = document.currentScript.dataset;
  const period = Number(interval) * 1000;
  const patience = 10_000;
  const stale = new Set([401, 409]);

  /** The end of this tab's wish to beat; null while the tab is hidden. */
  let wish = null;
  /** The box that is shown, and what it says. */
  let notice = null;
  let said = null;

  async function beat() {
    try {
      const answer = await fetch("/_hotdesk/ping", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ user, instanceId: instance }),
        cache: "no-store",
        keepalive: true,
        signal: AbortSignal.timeout(patience),
      });
      if (stale.has(answer.status)) say("This workspace is no longer open for you. ", true);
      else if (answer.ok) tell(answer.headers.get("Box-Threat"));
    } catch {
      // No network, or nobody there: the next beat may get through.
    }
  }

  /** Beats until the signal; the promise that it returns holds the lock so long. */
  function lead(signal) {
    return new Promise((release) => {
      if (signal.aborted) return release();
      const timer = setInterval(beat, period);
      signal.addEventListener("abort", () => {
        clearInterval(timer);
        release();
      });
      beat();
    });
  }

  function follow() {
    const visible = document.visibilityState === "visible";
    if (visible && !wish) {
      wish = new AbortController();
      const { signal } = wish;
      // Locks exist in secure contexts only; without them every visible tab beats.
      if (!navigator.locks) lead(signal);
      else navigator.locks.request("hotdesk-heartbeat", { signal }, () => lead(signal)).catch(() => {});
    } else if (!visible && wish) {
      wish.abort();
      wish = null;
    }
  }

  /** What threatens the box: nothing, or `interruption` or `rebalance`, a comma, and ms since 1970. */
  function tell(threat) {
    if (!threat) return unsay();
    const [kind, at] = threat.split(",");
    const when = new Date(Number(at)).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    if (kind === "interruption") say(`The cloud takes this machine back at ${when}: save your work. `, false);
    else say("The cloud may take this machine back soon: save your work. ", false);
  }

  /** A small box in the middle of the status bar, where the workbench shows nothing. */
  function say(text, reopen) {
    if (said === text) return;
    unsay();
    said = text;
    notice = document.createElement("div");
    notice.id = "hotdesk-notice";
    notice.setAttribute("role", "status");
    Object.assign(notice.style, {
      position: "fixed",
      bottom: "4px",
      left: "50%",
      transform: "translateX(-50%)",
      zIndex: "2147483647",
      padding: "2px 12px",
      borderRadius: "4px",
      font: "13px/18px system-ui, sans-serif",
      color: "#fff",
      background: "#5a1d1d",
      boxShadow: "0 2px 8px rgb(0 0 0 / 40%)",
    });
    notice.append(text);
    if (reopen) {
      const link = document.createElement("a");
      link.href = `${home}/dispatch`;
      link.textContent = "Open it again";
      Object.assign(link.style, { color: "#9cdcfe", textDecoration: "underline" });
      notice.append(link);
    }
    document.body.append(notice);
  }

  function unsay() {
    notice?.remove();
    notice = null;
    said = null;
  }

  document.addEventListener("visibilitychange", follow);
  follow();
})();
