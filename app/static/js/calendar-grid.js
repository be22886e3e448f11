// <calendar-grid>: a session is dragged to another time. Nothing moves by that: the form opens with the time filled in.
const NEAR = 5; // pixels: less is a click
const SNAP = 15; // minutes

class CalendarGrid extends HTMLElement {
  connectedCallback() {
    this.addEventListener("pointerdown", (event) => this.press(event));
    // Neither the link nor words that were selected are dragged by the browser itself.
    this.addEventListener("mousedown", (event) => event.target.closest("[data-at]") && event.preventDefault());
    this.addEventListener("dragstart", (event) => event.preventDefault());
    this.addEventListener("pointermove", (event) => this.move(event));
    this.addEventListener("pointerup", () => this.letGo(() => this.drop()));
    this.addEventListener("pointercancel", () => this.letGo(() => this.cancel()));
    this.addEventListener("click", (event) => this.dropped && event.preventDefault(), true);
    this.escape = (event) => event.key === "Escape" && this.cancel();
    document.addEventListener("keydown", this.escape, true);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.escape, true);
  }

  press(event) {
    const block = event.target.closest("[data-at]");
    if (!block || event.button || event.pointerType === "touch") return;
    const column = block.parentElement;
    const pixels = column.clientHeight / (this.dataset.hours * 60); // of a minute
    this.drag = { block, column, pixels, x: event.clientX, y: event.clientY, words: block.children[2].textContent };
  }

  move(event) {
    const drag = this.drag;
    if (!drag) return;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moving && Math.hypot(dx, dy) < NEAR) return;
    if (!drag.moving) this.start(event.pointerId);
    const columns = [...this.querySelectorAll(".grid__column")];
    const under = columns.find((each) => event.clientX < each.getBoundingClientRect().right) ?? columns.at(-1);
    const at = Number(drag.block.dataset.at);
    const wanted = Math.round((at + dy / drag.pixels) / SNAP) * SNAP;
    drag.minute = Math.min(Math.max(wanted, 0), 24 * 60 - SNAP);
    drag.date = under.dataset.date;
    const across = under.getBoundingClientRect().left - drag.column.getBoundingClientRect().left;
    drag.block.style.translate = `${across}px ${(drag.minute - at) * drag.pixels}px`;
    drag.block.children[2].textContent = clock(drag.minute);
  }

  start(pointer) {
    this.drag.moving = this.dropped = true;
    this.setPointerCapture(pointer);
    this.classList.add("grid--dragging");
    this.drag.block.classList.add("block--dragged");
  }

  drop() {
    const drag = this.drag;
    if (!drag?.moving) return this.cancel();
    const moved = drag.date !== drag.column.dataset.date || drag.minute !== Number(drag.block.dataset.at);
    if (!moved) return this.cancel();
    this.drag = undefined;
    const query = new URLSearchParams({ date: drag.date, time: clock(drag.minute) });
    location.assign(`${drag.block.pathname}/rearrangement?${query}`);
  }

  // Letting go of a link that was dragged is not pressing it, also when the drag was cancelled before.
  letGo(then) {
    then();
    setTimeout(() => (this.dropped = Boolean(this.drag?.moving)));
  }

  cancel() {
    const drag = this.drag;
    this.drag = undefined;
    if (!drag?.moving) return;
    this.classList.remove("grid--dragging");
    drag.block.classList.remove("block--dragged");
    drag.block.style.translate = "";
    drag.block.children[2].textContent = drag.words;
  }
}

function clock(minute) {
  return [Math.floor(minute / 60), minute % 60].map((each) => String(each).padStart(2, "0")).join(":");
}

customElements.define("calendar-grid", CalendarGrid);
