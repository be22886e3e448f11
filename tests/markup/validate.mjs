// Reads pieces of HTML from stdin, as JSON: [{name, kind, html}], and writes what is wrong with them: one finding a line.
// One process for all of them: starting one takes longer than looking at a page.
import { readFileSync } from "node:fs";
import { HtmlValidate, StaticConfigLoader } from "html-validate";
import { MAIL, PAGE } from "./rules.mjs";

const config = (rules) => ({ root: true, extends: ["html-validate:recommended"], elements: ["html5"], rules });
const validators = Object.fromEntries(
  Object.entries({ page: PAGE, mail: MAIL }).map(([kind, rules]) => [
    kind,
    new HtmlValidate(new StaticConfigLoader(config(rules))),
  ]),
);

for (const { name, kind, html } of JSON.parse(readFileSync(0, "utf8"))) {
  const { results } = validators[kind].validateStringSync(html, name);
  for (const { messages } of results)
    for (const { line, column, ruleId, message } of messages)
      console.log(`${name}:${line}:${column}: ${ruleId}: ${message} | ${html.split("\n")[line - 1].trim().slice(0, 160)}`);
}
