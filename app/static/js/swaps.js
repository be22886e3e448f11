// The one script that knows htmx: what a person notices before, after and instead of a swap.
import "htmx.org";
import "htmx.org/dist/ext/hx-csp.js";
import { press, release } from "./pressed.js";

const UNREACHABLE =
  "We could not reach Holdfast. What you typed is still here: check your connection and try again.";

// Have a link's page answer as a fragment into an element, as if the link had said so itself.
export function openIn(element, link) {
  return htmx.ajax("GET", link.getAttribute("href"), { source: element, target: element, swap: "innerHTML" });
}

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  document.getElementById("notice")?.replaceChildren();
  if (ctx.sourceElement.matches("button")) press(ctx.sourceElement);
});

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  // On the way to another page (HX-Redirect) the button stays pressed.
  if (!ctx.hx?.redirect) release(ctx.sourceElement.closest("form") ?? ctx.sourceElement);
});

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const changed = ctx.request.method !== "GET";
  const target = typeof ctx.target === "string" ? document.querySelector(ctx.target) : ctx.target;
  const place = document.getElementById(target?.id) ?? target;
  if (!place?.isConnected) return;
  if (changed && place.id !== "notice") {
    if (place.matches("[data-changes]")) place.classList.add("just-changed");
    document.body.dispatchEvent(new CustomEvent("changed"));
  }
  renewFormTokens(place);
  focusIn(place);
  announce(place);
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!ctx || ctx.response) return;
  const sentence = document.createElement("p");
  sentence.className = "problem";
  sentence.textContent = UNREACHABLE;
  document.getElementById("notice")?.replaceChildren(sentence);
  sentence.scrollIntoView({ block: "nearest" });
});

// A page that was open for too long gets a fresh form token with the notice, so that pressing again is enough.
function renewFormTokens(place) {
  const token = place.querySelector("[data-form-token]")?.dataset.formToken;
  if (!token) return;
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
}

// The focus follows what was pressed: to the field or sentence that asks for it, else to the new piece itself.
function focusIn(place) {
  const wanted = place.querySelector("[data-focus-after], [autofocus]");
  if (!wanted && document.activeElement !== document.body) return;
  const element = wanted ?? place;
  if (element.tabIndex < 0) element.tabIndex = -1;
  element.focus({ preventScroll: !wanted });
}

function announce(place) {
  const sentence = place.querySelector("[data-announce]");
  const announcer = document.getElementById("announcer");
  if (sentence && announcer) announcer.textContent = sentence.dataset.announce || sentence.textContent.trim();
}

// After a plain request too, what stands in the way is seen and read first.
document.querySelector(".problem[data-focus-after]")?.focus();
