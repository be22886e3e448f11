// <kept-answer data-booking data-start data-location>: Confirm session, pressed while offline, is kept on this device
// with what was seen, and sent when the line is back. What became of it is told until it has been read. Signing out
// sends it first or says that it would be forgotten (signing-out.js).
import { whenIdle } from "./idle.js";
import { lineIsBack } from "./line.js";
import { ask } from "./live.js";
import { made } from "./made.js";
import { release } from "./pressed.js";
import { askToSignIn } from "./sign-in-again.js";
import { post, say } from "./swaps.js";

const STORE = "kept-answers";
const WAITING = "Will be confirmed when you are back online";
const HOW = "This device sends it while Holdfast is open and online.";
const { owner } = document.querySelector("[data-owner]")?.dataset ?? {};
let sending;

const stored = () => JSON.parse(localStorage.getItem(STORE) ?? "[]");
const kept = () => stored().filter((one) => one.owner === owner);
export const unsent = () => kept().filter((one) => !one.told).length;

// This page may be an old one of somebody who is not signed in any more: what is another's stays as it is.
function keep(answers) {
  write([...stored().filter((one) => one.owner !== owner), ...answers]);
}

function write(answers) {
  // Where nothing is kept nothing is written: this also runs while signing out clears the store.
  if (answers.length) localStorage.setItem(STORE, JSON.stringify(answers));
  else localStorage.removeItem(STORE);
  draw();
}

function draw() {
  for (const element of document.querySelectorAll("kept-answer")) element.show();
}

const forget = (key) => keep(kept().filter((one) => one.key !== key));

class KeptAnswer extends HTMLElement {
  constructor() {
    super();
    const keepThis = (event) => (!navigator.onLine || this.waiting || event.type !== "submit") && this.keep(event);
    this.addEventListener("submit", keepThis, true);
    this.addEventListener("unreachable", keepThis);
  }

  connectedCallback() {
    this.show();
  }

  get waiting() {
    return kept().find((one) => one.booking === this.dataset.booking && !one.told);
  }

  keep(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
    release(this.querySelector("form"));
    if (this.waiting) return;
    const { booking, start, location } = this.dataset;
    const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
    keep([...kept(), { owner, key, booking, start, location, at: Date.now() }]);
    say(`${WAITING}. ${HOW}`);
  }

  show() {
    const button = this.querySelector("button");
    if (!button || Boolean(this.waiting) === "kept" in this.dataset) return;
    if (this.waiting) {
      this.dataset.kept = button.textContent;
      button.textContent = WAITING;
      button.setAttribute("aria-disabled", "true");
      const how = made("p", { className: "quiet small", textContent: HOW });
      this.append(how, quietButton("Don't confirm after all", () => (forget(this.waiting.key), button.focus())));
    } else {
      button.textContent = this.dataset.kept;
      button.removeAttribute("aria-disabled");
      delete this.dataset.kept;
      while (this.children[1]) this.lastElementChild.remove();
    }
  }
}

function quietButton(textContent, onclick) {
  return made("button", { type: "button", className: "button button--quiet", textContent, onclick });
}

// Told ones are sent again too: the device keeps nobody's name, so the words come from the server, the same each time.
export async function send() {
  if (!owner || !navigator.onLine) return;
  await (sending ??= sendAll().finally(() => (sending = undefined)));
}

async function sendAll() {
  for (const { booking, key, start, location, at } of kept()) {
    if (document.getElementById(key)) continue;
    const age = Math.round((Date.now() - at) / 1000);
    try {
      const answer = await post(`/bookings/${booking}/kept-confirmation`, { owner, key, start, location, age });
      if (answer.status === 204) return askToSignIn(); // where it would lead
      if (answer.status > 428) throw answer;
      tell(key, answer.ok ? await answer.json() : refusal(answer, booking));
      keep(kept().map((one) => (one.key === key ? { ...one, told: true } : one)));
      lineIsBack();
      ask();
    } catch {
      // Still no line, or the server is busy: again with the next look (live.js).
    }
  }
}

function refusal({ status }, booking) {
  if (status === 404) return { sentence: "This session is not there any more; nothing was confirmed." };
  return { sentence: "A confirmation that was kept here was not taken. Please look.", session: `/sessions/${booking}` };
}

function tell(key, { sentence, done, session }) {
  const told = made("p", { id: key, className: "told cluster" });
  const read = () => {
    told.remove();
    forget(key);
    document.getElementById("main").focus();
  };
  told.append(`${sentence} `);
  if (session && !done) told.append(made("a", { href: session, textContent: "See the session" }), " ");
  told.append(quietButton("OK", read));
  document.getElementById("kept-told").append(told);
}

// In its own turn: the first look at what is kept waits for the browser.
setTimeout(() => customElements.define("kept-answer", KeptAnswer));
if (owner) {
  for (const event of ["online", "looked", "pageshow"]) addEventListener(event, send);
  document.addEventListener("visibilitychange", send);
  addEventListener("storage", draw);
  whenIdle(() => {
    write(kept()); // whatever somebody else left on this device is forgotten with the first look
    send();
  });
}
