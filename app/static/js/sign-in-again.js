// An open page of the desk whose person was signed out meanwhile says so, and how to go on.
import { unsent } from "./kept-answers.js";
import { tell } from "./line.js";
import { here } from "./live.js";
import { made } from "./made.js";

addEventListener("looked", ({ detail: missed }) => missed < 0 && askToSignIn());

export function askToSignIn() {
  // This page leads to signing in now, and back.
  tell(made("a", { href: here(), textContent: unsent() ? "Sign in again to send this" : "Sign in again" }));
}
