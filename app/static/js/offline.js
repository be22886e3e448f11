// The offline page: tells what is known, tries again by itself, and shows today's list if this device keeps one.
import { askWorker } from "./ask-worker.js";
import { made } from "./made.js";

const kept = document.getElementById("kept");
const page = document.getElementById("offline");
const told = page.querySelector("[role=status]");
const LONGEST = 60; // seconds between two tries
const NAVIGATION = performance.getEntriesByType("navigation")[0];

if (window.name !== "sent") {
  page.querySelector("[data-sent]").hidden = true;
  page.querySelector("[data-unsent]").hidden = false;
}

// A page that was loaded again and not reached again is asked for less often.
let wait = NAVIGATION?.type === "reload" ? 8 : 2;
let next;
let trying = false;

async function attempt() {
  if (trying) return;
  trying = true;
  clearTimeout(next);
  tell("trying");
  if (await isReached()) return back();
  trying = false;
  tell("waiting");
  next = setTimeout(attempt, wait * 1000 * (1 + Math.random() / 4)); // not everybody in the same second
  wait = Math.min(wait * 2, LONGEST);
}

function isReached() {
  const limit = AbortSignal.timeout(20_000);
  return fetch("/healthz", { cache: "no-store", signal: limit }).then(
    (answer) => answer.ok,
    () => false,
  );
}

// The address is still that of the page which was wanted.
function back() {
  if (location.pathname === "/offline") location.replace("/dashboard");
  else location.reload();
}

function tell(what) {
  told.textContent = told.dataset[what];
  for (const each of page.querySelectorAll("[data-when]")) {
    each.hidden = each.dataset.when !== (navigator.onLine ? "online" : "offline");
  }
}

async function showKept() {
  kept.hidden = true;
  kept.querySelector("ul").replaceChildren();
  const list = navigator.serviceWorker?.controller && (await askWorker("read"));
  if (!list) return;
  const today = new Intl.DateTimeFormat("sv", { timeZone: list.zone }).format() === list.date;
  if (!today) kept.querySelector("[data-day]").textContent = list.day;
  kept.querySelector("[data-as-of]").textContent = list.as_of;
  kept.querySelector("[data-none]").hidden = list.sessions.length;
  kept.querySelector("ul").replaceChildren(...list.sessions.map(line));
  kept.hidden = false;
}

function line({ time, initials, kind, status }) {
  const item = made("li");
  item.append(made("strong", { textContent: time }), [" " + initials, kind, status].filter(Boolean).join(" · "));
  return item;
}

page.querySelector("button").addEventListener("click", attempt);
addEventListener("online", attempt);
addEventListener("offline", () => tell("waiting"));
document.addEventListener("visibilitychange", () => document.hidden || attempt());
// Somebody may have signed out while this page was open, or waited behind Back: what is shown is asked for again.
new BroadcastChannel("signed-out").onmessage = showKept;
addEventListener("pageshow", (event) => event.persisted && showKept());
showKept();
attempt();
