// Of Heroicons only those that are used, by the names that the templates call them. See app/assets.py.
import { readFile } from "node:fs/promises";

const DRAWINGS = {
  today: "sun",
  calendar: "calendar",
  sessions: "queue-list",
  hours: "clock",
  you: "user-circle",
  practice: "building-library",
};

// What stands within each drawing: the frame is the same for all and written once, in app/assets.py.
export async function drawings() {
  const read = async ([name, icon]) => {
    const drawing = await readFile(`node_modules/heroicons/24/outline/${icon}.svg`, "utf8");
    return [name, drawing.replace(/^<svg[^>]*>\s*|\s*<\/svg>\s*$| stroke-line(cap|join)="round"/g, "")];
  };
  return Object.fromEntries(await Promise.all(Object.entries(DRAWINGS).map(read)));
}
