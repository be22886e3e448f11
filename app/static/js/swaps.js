// The script that knows htmx: what a person notices before, after and instead of a swap.
import { made } from "./made.js";
import { typedInto } from "./pieces.js";
import { press, release } from "./pressed.js";
import { nothingSent } from "./sent.js";

// Coming back to an address that a script made loads the page, unless something on this one shows it by itself.
document.addEventListener("htmx:before:history:restore", (event) => {
  if (!document.dispatchEvent(new Event("travelled", { cancelable: true }))) event.preventDefault();
});

// Draw a piece of the page anew from its own address, around what somebody is doing in it: focus, typed words, what is
// open or chosen stay. "drawn"; "kept" as it was, because a field that was typed into is there no more or something stood
// in the way; "later", because an answer is on the way; or "failed".
export async function refresh(element) {
  const held = element.contains(document.activeElement);
  const about = { source: element, target: element, select: `#${element.id}`, swap: "outerMorph", quiet: { became: "failed" } };
  await htmx.ajax("GET", element.dataset.live, about);
  if (held && document.activeElement === document.body) focusOn(element);
  return about.quiet.became;
}

// Send fields without their form. A page that was open for too long gets a fresh form token with the refusal.
export async function post(address, fields) {
  const form = () => new URLSearchParams({ ...fields, csrf_token: document.querySelector("[name=csrf_token]").value });
  const send = () =>
    fetch(address, {
      method: "POST",
      body: form(),
      headers: { "HX-Request": "true" },
      redirect: "manual",
      signal: AbortSignal.timeout(20_000),
    });
  const answer = await send();
  if (answer.status !== 400) return answer;
  const fresh = /data-form-token="([^"]+)/.exec(await answer.text());
  if (fresh) useFormToken(fresh[1]);
  return send();
}

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  if (!ctx.quiet) return ours(ctx.response) || (event.preventDefault(), tellUnanswered(ctx));
  const there = (field) => tasks[0]?.fragment.querySelector(`[name="${CSS.escape(field.name)}"]`);
  const typed = [...ctx.sourceElement.querySelectorAll("[name]")].some((field) => typedInto(field) && !there(field));
  // What just stood in the way of what was pressed may not have been read yet.
  const loses = typed || ctx.sourceElement.querySelector(".problem[data-focus-after]");
  // Nor while the answer to a button in it is on the way.
  const waits = ctx.sourceElement.querySelector("[aria-busy=true]");
  ctx.quiet.became = ctx.response.status !== 200 ? "failed" : waits ? "later" : loses ? "kept" : "drawn";
  if (ctx.quiet.became !== "drawn") return event.preventDefault();
  // What else stays through it: told.js.
  ctx.sourceElement.dispatchEvent(new CustomEvent("news", { bubbles: true, detail: tasks[0]?.fragment }));
});

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  if (ctx.quiet) return;
  ctx.left = ctx.request.method !== "GET" && navigator.onLine; // without a line nothing leaves this device
  document.getElementById("notice")?.replaceChildren();
  if (ctx.sourceElement.matches("button")) press(ctx.sourceElement);
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const seen = ctx.response.headers.get("Holdfast-Seen");
  if (seen) dispatchEvent(new CustomEvent("seen", { detail: seen }));
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  // On the way to another page (HX-Redirect) the button stays pressed.
  if (!ctx.hx?.redirect && !ctx.quiet) release(ctx.sourceElement.closest("form") ?? ctx.sourceElement);
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  document.dispatchEvent(new Event("swapped"));
  if (ctx.quiet) return;
  const changed = ctx.request.method !== "GET";
  const byItself = actsByItself(ctx.sourceElement);
  if (changed && !byItself) nothingSent();
  const target = typeof ctx.target === "string" ? document.querySelector(ctx.target) : ctx.target;
  const place = document.getElementById(target?.id) ?? target;
  if (!place?.isConnected) return;
  if (changed && place.id !== "notice") {
    if (place.matches("[data-changes]")) place.classList.add("just-changed");
    document.body.dispatchEvent(new CustomEvent("changed", { bubbles: true, detail: place }));
  }
  renewFormTokens(place);
  if (!byItself) focusIn(place);
  // What only follows something else that has changed would talk over it.
  if (ctx.sourceEvent?.type !== "changed") announce(place);
});

// Nobody pressed anything: the focus stays where it is, and nobody waits for an answer.
const actsByItself = (element) => element.matches("[data-by-itself]");

// Whatever stands before Holdfast may refuse in its stead: its page must not take the place of what was typed.
const ours = ({ status, headers }) => status < 400 || /HX/.test(headers.get("Vary"));

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (ctx && !ctx.quiet && ctx.text == null) tellUnanswered(ctx); // lost before its end
});

function tellUnanswered({ sourceElement, left }) {
  if (actsByItself(sourceElement)) return;
  if (!sourceElement.dispatchEvent(new Event("unreachable", { bubbles: true, cancelable: true }))) return;
  notify(document.documentElement.dataset[left ? "unanswered" : "unreachable"]);
}

// What stands in the way of what was pressed, where no answer of the server says it.
export function notify(words) {
  const sentence = made("p", { className: "problem", textContent: words });
  document.getElementById("notice")?.replaceChildren(sentence);
  sentence.scrollIntoView({ block: "nearest" });
}

// A page that was open for too long gets a fresh form token with the notice, so that pressing again is enough.
function renewFormTokens(place) {
  const token = place.querySelector("[data-form-token]")?.dataset.formToken;
  if (token) useFormToken(token);
}

function useFormToken(token) {
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
}

// The focus follows what was pressed: to the field or sentence that asks for it, else to the new piece itself.
function focusIn(place) {
  const wanted = place.querySelector("[data-focus-after], [autofocus]");
  if (!wanted && document.activeElement !== document.body) return;
  focusOn(wanted ?? place, wanted);
}

function focusOn(element, scroll) {
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus({ preventScroll: !scroll });
}

function announce(place) {
  const sentence = place.querySelector("[data-announce]");
  if (sentence) say(wordsOf(sentence));
}

export const wordsOf = (element) => element.dataset.announce || element.innerText.trim(); // what is seen of it

// In a quiet voice, for those who listen to the page.
export function say(words) {
  const announcer = document.getElementById("announcer");
  if (words && announcer) announcer.textContent = words;
}

// After a plain request too, what stands in the way is seen and read first; unless somebody is at work already.
if (document.activeElement === document.body) document.querySelector(".problem[data-focus-after]")?.focus();
