// Signing out leaves nothing of the practice in this browser. The server's answer clears it too (Clear-Site-Data), but not
// every browser knows that word.
import { send, unsent } from "./kept-answers.js";
import { count } from "./live.js";
import { release } from "./pressed.js";
import { somethingSent } from "./sent.js";
import { notify } from "./swaps.js";

const others = new BroadcastChannel("signed-out");

addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.getAttribute("action") !== "/sign-out" || event.defaultPrevented) return;
  event.preventDefault();
  const hindrance = await whatHinders();
  if (hindrance) {
    release(form);
    return notify(hindrance);
  }
  await wipe().catch(() => {}); // where nothing can be kept, nothing is
  others.postMessage("");
  somethingSent();
  form.submit();
});

let warned = false;

// Only the server can end the sign-in, and what was confirmed offline is worth a second press.
async function whatHinders() {
  if (!(await isReached())) {
    const wiped = await forgetToday().then(() => " Today's list is no longer kept on this device.", () => "");
    const stays = unsent() ? " What you confirmed is still kept here, and is sent when we can be reached." : "";
    return `Signing out needs a connection, and Holdfast cannot be reached. You are still signed in.${wiped}${stays}`;
  }
  if (warned || !unsent()) return;
  await send();
  const left = unsent();
  warned = Boolean(left);
  if (!left) return "What you confirmed offline has just been sent. Read what became of it first.";
  const have = left === 1 ? "1 confirmation has" : `${left} confirmations have`;
  return `${have} not been sent yet and would be forgotten. Press Sign out again to sign out all the same.`;
}

async function isReached() {
  if (!navigator.onLine) return false;
  const asked = fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(6_000) });
  return asked.then((answer) => answer.ok, () => false);
}

// The one private thing that can be taken away without the server.
async function forgetToday() {
  await gone(indexedDB.deleteDatabase("kept-today"));
  for (const box of document.querySelectorAll("keep-today input")) box.checked = false;
}

// Other tabs may show names. They go where anybody may be, without waiting for the server.
others.onmessage = () => location.replace("/");

// Back to a page of the desk: it is asked for again, and shows nothing until it is known who is signed in by now.
addEventListener("pageshow", ({ persisted }) => {
  if (!persisted) return;
  document.body.replaceChildren();
  location.reload();
});

async function wipe() {
  count(0);
  localStorage.clear();
  sessionStorage.clear();
  const databases = await indexedDB.databases();
  await Promise.all(databases.map(({ name }) => gone(indexedDB.deleteDatabase(name))));
}

function gone(asked) {
  return new Promise((resolve, reject) => {
    asked.onsuccess = asked.onblocked = resolve;
    asked.onerror = reject;
  });
}
