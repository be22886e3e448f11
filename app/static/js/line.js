// What an open page says about its line, quietly and above everything else; it goes by itself.
import { made } from "./made.js";
import { say } from "./swaps.js";

const desk = document.body.matches(".desk");
const line = made("p", { className: "quiet" });
const clock = () => new Date().toTimeString().slice(0, 5);
let since = clock();

// One look that was missed is no news: with the next all may be well. Where there is nothing to look at any more, the
// desk asks to sign in again (sign-in-again.js).
addEventListener("looked", ({ detail: missed }) => {
  if (!missed) lineIsBack();
  else if (missed > 1 || (missed < 0 && !desk)) tell(document.documentElement.dataset.stale.replace("{time}", since));
});

export function lineIsBack() {
  since = clock();
  line.remove();
}

// Said once, not with each look.
export function tell(words) {
  if (line.isConnected && line.textContent === (words.textContent ?? words)) return;
  line.replaceChildren(words);
  document.getElementById("notice").after(line);
  say(line.textContent);
}
