/** A strip in the middle of the status bar, where the workbench shows nothing. */
class Notice {
  #box = make("div", { id: "hotdesk-notice", lang: "en" });
  #status = make("span", { role: "status" });
  #actions = make("span", { className: "actions" });
  #home;
  #on;
  #shown = "";
  /** What had the focus before somebody came here by keyboard. */
  #before = null;

  constructor({ home, onStay, onDismiss }) {
    this.#home = home;
    this.#on = { onStay, onDismiss };
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    document.adoptedStyleSheets.push(sheet);
    // There from the start: screen readers speak what changes in a status, not one that comes.
    this.#box.append(this.#status, this.#actions);
    // A click leaves the focus where somebody types.
    this.#box.addEventListener("mousedown", (event) => event.preventDefault());
    this.#box.addEventListener("focusin", ({ relatedTarget }) => {
      if (!this.#box.contains(relatedTarget)) this.#before = relatedTarget;
    });
    document.body.append(this.#box);
  }

  /** Shows `{ kind, at }`, or nothing; `staying` while a click on Stay is on its way. */
  show(notice, staying) {
    const key = notice ? `${notice.kind} ${notice.at} ${staying}` : "";
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = this.#box.contains(document.activeElement);
    if (notice) this.#say(notice, staying);
    else this.#hush();
    if (focused) this.#before?.focus({ preventScroll: true });
  }

  #hush() {
    this.#status.replaceChildren();
    this.#actions.replaceChildren();
    this.#box.role = this.#box.ariaLabel = null;
  }

  #say({ kind, at }, staying) {
    const { text, short, stay, reopen, dismiss } = NOTICES[kind];
    const time = at && new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    this.#status.replaceChildren(
      make("span", { className: "long" }, text(time)),
      make("span", { className: "short" }, short(time)),
    );
    const { onStay, onDismiss } = this.#on;
    const actions = [
      stay && make("button", { onclick: onStay, ariaDisabled: staying }, staying ? "Staying …" : "Stay"),
      reopen && make("a", { href: `${this.#home}/dispatch` }, "Open it again"),
      dismiss && make("button", { onclick: onDismiss, ariaLabel: "Dismiss" }, "×"),
    ];
    this.#actions.replaceChildren(...actions.filter(Boolean));
    Object.assign(this.#box, { role: "region", ariaLabel: "hotdesk" });
    // As high as the status bar; without one, in the corner that is furthest from where one types.
    const bar = document.querySelector(".monaco-workbench .part.statusbar");
    this.#box.style.height = `${bar?.offsetHeight || 22}px`;
    this.#box.classList.toggle("top", bar !== null && bar.offsetHeight === 0);
  }
}

function make(name, properties, text = "") {
  const element = Object.assign(document.createElement(name), properties);
  element.textContent = text;
  return element;
}
