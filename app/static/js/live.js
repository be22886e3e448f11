// Asks every few seconds whether what the page shows has changed meanwhile, and has its data-live pieces drawn anew.
import { refresh, say, wordsOf } from "./swaps.js";

const SHORT = 3_000, LONG = 7_600, MINUTE = 60_000; // with a tenth more and the answer still within ten seconds
const watch = document.querySelector("[data-watch]")?.dataset;
let pause = SHORT, failures = 0, timer, asking;

export function ask() {
  clearTimeout(timer);
  if (!watch || document.hidden) return;
  asking ??= answered().finally(() => (asking = undefined));
}

async function answered() {
  try {
    const headers = { "If-None-Match": `"${watch.seen}"` };
    const signal = AbortSignal.timeout(20_000);
    const answer = await fetch(watch.watch, { headers, signal, redirect: "manual", cache: "no-store" });
    if (answer.status > 428) throw answer;
    pause = answer.ok ? SHORT : Math.min(pause * 1.2, LONG);
    // Signed out elsewhere, or the link leads nowhere now: no more, until the page is looked at again.
    if (!answer.ok && answer.status !== 304) return looked(-1);
    if (answer.ok) await show(await answer.json());
    failures = 0;
  } catch {
    failures += 1;
  }
  looked(failures);
  clearTimeout(timer);
  const wait = failures ? Math.min(SHORT * 2 ** failures, MINUTE) : pause;
  timer = setTimeout(ask, wait * (0.9 + Math.random() / 5));
}

// How many looks were missed since the last one, or -1 when there is nothing to look at any more (line.js and
// sign-in-again.js say it). With each look the device also tries to send what it keeps (kept-answers.js).
function looked(missed) {
  dispatchEvent(new CustomEvent("looked", { detail: missed }));
}

async function show(news) {
  if ("to_answer" in news) count(news.to_answer);
  const form = document.querySelector("[data-revision]");
  if (form && news.session !== +form.dataset.revision) tellMeanwhile(form.dataset.stands);
  const before = told();
  const pieces = [...document.querySelectorAll("[data-live]")].filter((piece) => !piece.closest("dialog:not([open])"));
  const became = await Promise.all(pieces.map(refresh));
  if (became.includes("failed")) throw became;
  if (became.includes("later")) return;
  watch.seen = news.seen;
  if (became.includes("kept")) tellMeanwhile();
  else say(news.said ?? told().filter((words) => !before.includes(words)).join(". "));
}

// To the desk the server says what happened; a client's page tells it by what of this has changed: status, time, place.
function told() {
  return [...document.querySelectorAll("[data-live] [data-announce]")].map(wordsOf);
}

// Without what stands behind a `#`: a link to that would only move within this page.
export const here = () => location.pathname + location.search;

function tellMeanwhile(address = here()) {
  const notice = document.getElementById("meanwhile");
  notice.hidden = false;
  notice.querySelector("a").href = address;
  say(notice.firstChild.data);
}

// How many wait for an answer: before the title, and on the icon of the installed app.
export function count(number) {
  document.title = document.title.replace(/^(\(\d+\) )?/, number ? `(${number}) ` : "");
  navigator.setAppBadge?.(number).catch(() => {}); // 0 takes it away
}

if (watch) {
  // What the page changed itself it has been shown already, unless somebody else changed something in between.
  addEventListener("seen", ({ detail }) => {
    const [before, after, waiting] = detail.split("-");
    if (waiting) count(+waiting);
    watch.seen = watch.seen.replace(/^\d+/, (number) => (number === before ? after : number));
  });
  const soon = () => ((pause = SHORT), ask());
  document.addEventListener("visibilitychange", soon);
  addEventListener("online", soon);
  addEventListener("pageshow", ({ persisted }) => persisted && soon());
  navigator.serviceWorker?.addEventListener("message", ({ data }) => data?.type === "changed" && soon());
  timer = setTimeout(ask, SHORT);
}
