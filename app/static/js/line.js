// What an open page of the desk says about its line, quietly and above everything else; it goes by itself.
const line = document.createElement("div");
line.className = "quiet";

export function askToSignIn(words) {
  line.replaceChildren(linkTo(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, words));
  document.getElementById("kept-told").prepend(line);
}

export const lineIsBack = () => line.remove();

export function linkTo(href, textContent) {
  return Object.assign(document.createElement("a"), { href, textContent });
}
