// Asks whether the editor answers, and goes to it as soon as it does: this address leads there then.
(() => {
  "use strict";
  const FIRST = 500;
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
      const { stage, words, ready, late } = await answer.json();
      unheard = 0;
      if (ready) return location.reload();
      show(stage, words, late);
    } catch {
      unheard += 1;
      if (unheard >= SILENT) show("lost", "This box does not answer.", true);
    }
    asked += 1;
    setTimeout(ask, Math.min(FIRST * 1.5 ** asked, SLOWEST));
  }

  function show(stage, words, late) {
    const say = document.getElementById("say");
    // Only what is new: a screen reader reads it out.
    if (say.textContent !== words) say.textContent = words;
    say.dataset.stage = stage;
    const box = document.getElementById("late");
    if (late && !box.childElementCount) {
      box.append(document.getElementById("lateness").content.cloneNode(true));
    }
  }

  setTimeout(ask, FIRST);
})();
