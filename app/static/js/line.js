// What an open page of the desk says about its line, quietly and above everything else; it goes by itself.
import { unsent } from "./kept-answers.js";
import { here } from "./live.js";

const line = document.createElement("div");
line.className = "quiet";
const clock = () => new Date().toTimeString().slice(0, 5);
let since = clock();

// One look that was missed is no news: with the next all may be well.
addEventListener("looked", ({ detail: missed }) => {
  if (missed < 0) askToSignIn();
  else if (missed > 1) tell(`Not up to date since ${since}`);
  else if (!missed) lineIsBack();
});

export function lineIsBack() {
  since = clock();
  line.remove();
}

export function askToSignIn() {
  // This page leads to signing in now, and back.
  tell(linkTo(here(), unsent() ? "Sign in again to send this" : "Sign in again"));
}

// Said once: whoever listens to the page hears each change of it.
function tell(words) {
  if (line.isConnected && line.textContent === (words.textContent ?? words)) return;
  line.replaceChildren(words);
  document.getElementById("kept-told").prepend(line);
}

export function linkTo(href, textContent) {
  return Object.assign(document.createElement("a"), { href, textContent });
}
