// Keeps the page true while somebody looks at it.
(() => {
  "use strict";
  const PAUSE = 5000;
  const SLOWEST = 60000;
  const { state } = document.getElementById("state").dataset;
  let failures = 0;
  let leaving = false;
  let timer;

  /** Unless the page is being left: that would end the request that leaves it. */
  function reload() {
    if (!leaving) location.reload();
  }

  async function look() {
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch("/", {
        headers: { accept: "text/html" },
        cache: "no-store",
        redirect: "manual",
      });
      // Signed out meanwhile.
      if (answer.type === "opaqueredirect") return reload();
      if (!answer.ok) throw new Error(answer.status);
      failures = 0;
      const text = await answer.text();
      // Without its style: the policy of this page does not know the other one's nonce.
      const main = text.slice(text.indexOf("<main>"));
      const page = new DOMParser().parseFromString(main, "text/html");
      if (page.getElementById("state").dataset.state !== state) return reload();
      for (const part of ["live", "files", "sessions"]) {
        const [was, is] = [document, page].map((each) => each.getElementById(part));
        // Only what is new: whoever has marked a word in it keeps the mark.
        if (was.innerHTML !== is.innerHTML) was.replaceWith(document.adoptNode(is));
      }
    } catch {
      failures += 1;
    }
    timer = setTimeout(look, Math.min(PAUSE * 2 ** failures, SLOWEST));
  }

  addEventListener("beforeunload", () => (leaving = true));
  document.addEventListener("visibilitychange", look);
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  timer = setTimeout(look, PAUSE);
})();
