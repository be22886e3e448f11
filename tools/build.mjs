// Bundles stylesheets and scripts under names that carry their content's hash, and compresses each beside itself, so
// that a browser keeps them for ever and the server never compresses anything; draws the icons of the installed app.
import { build } from "esbuild";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { calendarPlaces } from "./build/calendar-places.mjs";
import { drawings } from "./build/drawings.mjs";
import { compress } from "./build/files.mjs";
import { icons, screenshots } from "./build/pictures.mjs";
import { serviceWorker } from "./build/service-worker.mjs";

const outdir = "app/static/dist";
// One stylesheet and one script of ours a page: `app` for visitors and clients, `desk` for who signed in, `offline` for the
// page that a service worker shows by itself. The calendar has more of its own: what dragging needs, and where its blocks
// can stand; a form for dates their weekday; the settings what can be switched on for this device; a page of several forms
// what keeps the others as they are; and a wide window what opens beside a list. htmx comes beside them; what starts them
// all stands in each page.
const styles = ["app", "desk", "calendar-places"].map((name) => `css/${name}.css`);
const scripts = ["start", "htmx", "app", "desk", "side-panel", "calendar-grid", "weekday", "settings", "unsent", "offline"].map((name) => `js/${name}.js`);
const entryPoints = [...styles, ...scripts].map((name) => `app/static/${name}`);
const options = {
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: "none",
  target: ["chrome115", "firefox115", "safari16.4"],
  logLevel: "warning",
};

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
const loader = { ".svg": "file", ".woff2": "file" };
const { metafile } = await build({ ...options, entryPoints, outdir, loader, plugins: [calendarPlaces] });

const manifest = await icons(outdir);
for (const [file, output] of Object.entries(metafile.outputs)) {
  if (output.entryPoint) manifest[path.basename(output.entryPoint)] = path.basename(file);
}
manifest["service-worker.js"] = await serviceWorker(outdir, manifest, options);
await note("screenshots.json", await screenshots(outdir));
await note("icons.json", await drawings());
for (const name of await readdir(outdir)) await compress(path.join(outdir, name));
// Written last: while it is missing the build is not finished.
await note("manifest.json", manifest);

function note(name, content) {
  return writeFile(path.join(outdir, name), JSON.stringify(content, null, 2) + "\n");
}
