// On a page of several forms: what was typed or chosen in one and not sent stays there when the answer to another one
// draws the page anew.
import { typedInto } from "./pieces.js";

let unsent = [];

document.addEventListener("htmx:before:swap", ({ detail: { ctx } }) => {
  if (ctx.quiet) return; // keeps what was typed by itself
  const sent = ctx.sourceElement.closest("form");
  const fields = [...document.querySelectorAll("main form [name]")].filter((field) => field.form !== sent && changed(field));
  unsent = fields.map((field) => [place(field), field.value, field.checked]);
});

document.addEventListener("swapped", () => {
  for (const [selector, value, checked] of unsent.splice(0)) {
    const field = document.querySelector(selector);
    if (!field) continue;
    if (isTicked(field)) field.checked = checked;
    else field.value = value;
  }
});

const isTicked = (field) => /radio|checkbox/.test(field.type);

function changed(field) {
  if (isTicked(field)) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return ![...field.options].every((one) => one.selected === one.defaultSelected);
  return typedInto(field);
}

function place(field) {
  const value = isTicked(field) ? `[value="${CSS.escape(field.value)}"]` : "";
  return `form[action="${CSS.escape(field.form.getAttribute("action"))}"] [name="${CSS.escape(field.name)}"]${value}`;
}
