// Tells the control plane that somebody looks at this workspace, and tells them when the box is
// about to go. nginx puts this script into the workbench's document, with what it needs in data
// attributes; the files of this folder are one script, in the order that the agent lists, but for
// beat.js, its worker.
//
// A heartbeat goes out at once and then at every interval, while the tab is visible. Tabs of one
// browser share the work by a lock that only a visible tab holds or waits for, so one of them
// beats and another takes over when it hides. What goes wrong is tried again, ever more slowly;
// nothing is thrown, and nothing is written to the console.

/** How long an answer may take, ms. */
const PATIENCE = 10_000;
/** The pause after the first failure, ms; each further one doubles it, up to the interval. */
const FIRST_PAUSE = 2_000;
/** The longest pause that the control plane may ask for, ms: less than half of an idle time. */
const LONGEST_PAUSE = 120_000;
/** Timers stand still while a machine sleeps, so none is longer than this, ms. */
const SLICE = 15_000;
/** What passes between two looks of a machine that did not sleep is less, ms. */
const ASLEEP = 40_000;
/** A box is lost when so many tries in so many ms were answered by nobody. */
const LOST_TRIES = 3;
const LOST_AFTER = 20_000;

/** Whether nothing can get through: a box on the same machine needs no network. */
function offline() {
  return !navigator.onLine && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(location.hostname);
}

new Heart(document.currentScript.dataset).start();
