// Asks how far files and editor are, and goes on as soon as they are there: this address leads to the
// editor then, or says what its user must know first.
(() => {
  "use strict";
  const FIRST = 500;
  /** Nearly as often all the time that a home usually takes, or people would wait for the next question. */
  const SLOWER = 1.1;
  const SLOWEST = 5000;
  /** Nobody at all answers for so many times: as bad as an editor that does not. */
  const SILENT = 5;
  let asked = 0;
  let unheard = 0;

  async function ask() {
    try {
      const answer = await fetch("/_hotdesk/opening", {
        headers: { accept: "application/json" },
        cache: "no-store",
        signal: AbortSignal.timeout(10000),
      });
      // The session is over, or the box is somebody else's: the page there says so.
      if (answer.status === 401 || answer.status === 403) return location.reload();
      const { stage, words, late, trouble } = await answer.json();
      unheard = 0;
      if (stage === "open") return location.reload();
      show(stage, words, late, trouble);
    } catch {
      unheard += 1;
      if (unheard >= SILENT) show("lost", "This box does not answer.", true, undefined);
    }
    asked += 1;
    setTimeout(ask, Math.min(FIRST * SLOWER ** asked, SLOWEST));
  }

  /** What there is to say beyond the stage: the template for it. */
  function more(stage, late, trouble) {
    if (trouble) return "failure";
    if (!late) return "";
    return stage === "attaching" ? "holding" : "lateness";
  }

  function show(stage, words, late, trouble) {
    const say = document.getElementById("say");
    // Only what is new: a screen reader reads it out.
    if (say.textContent !== words) say.textContent = words;
    say.dataset.stage = stage;
    const box = document.getElementById("late");
    const what = more(stage, late, trouble);
    const said = what + (trouble ?? "");
    if (said === box.dataset.said) return;
    box.dataset.said = said;
    document.getElementById("goes-on").hidden = what === "failure";
    box.replaceChildren();
    if (!what) return;
    box.append(document.getElementById(what).content.cloneNode(true));
    const word = box.querySelector(".trouble");
    if (word) word.textContent = trouble;
  }

  setTimeout(ask, FIRST);
})();
