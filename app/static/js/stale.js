// What an open page of a client says when it could not look for a while, in its own language; it goes by itself. The desk,
// which can also be signed out meanwhile, has line.js.
import { say } from "./swaps.js";

const words = document.documentElement.dataset.stale;
const clock = () => new Date().toTimeString().slice(0, 5);
const line = document.createElement("p");
line.className = "quiet";
let since = clock();

// One look that was missed is no news; with less than none there is nothing to look at any more (live.js).
addEventListener("looked", ({ detail: missed }) => {
  if (!missed) {
    since = clock();
    line.remove();
  } else if (missed !== 1 && !line.isConnected) {
    line.textContent = words.replace("{time}", since);
    document.getElementById("notice").after(line);
    say(line.textContent);
  }
});
