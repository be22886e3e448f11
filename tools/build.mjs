// Bundles the stylesheet and the script under names that carry their content's hash, and compresses each
// beside itself, so that a browser keeps them for ever and the server never compresses anything.
import { build } from "esbuild";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import path from "node:path";

const outdir = "app/static/dist";
// One stylesheet and one script a page: `app` for visitors and clients, `desk` (which holds all of `app`) for who signed in.
const entryPoints = ["css/app.css", "css/desk.css", "js/app.js", "js/desk.js"].map((name) => `app/static/${name}`);

// Where a block of the calendar stands, as classes: the policy allows no style attributes. A day has 288 rows of five
// minutes. Thousands of characters, a few hundred compressed.
const ROWS = 288;
const LANES = 12;
const calendarPlaces = {
  name: "calendar-places",
  setup(build) {
    build.onResolve({ filter: /^calendar-places$/ }, ({ path }) => ({ path, namespace: "generated" }));
    build.onLoad({ filter: /.*/, namespace: "generated" }, () => ({ contents: places(), loader: "css" }));
  },
};

function places() {
  const each = (length, rule) => Array.from({ length }, (_, number) => rule(number)).join("");
  return (
    each(ROWS, (n) => `.r${n + 1}{grid-row-start:${n + 1}}.s${n + 1}{grid-row-end:span ${n + 1}}`) +
    each(LANES, (n) => `.lane${n}{--lane:${n}}.of${n + 1}{--of:${n + 1}}`)
  );
}

// Of Heroicons only those that are used, by the names that the templates call them. See app/assets.py.
const icons = {
  today: "sun",
  calendar: "calendar",
  sessions: "queue-list",
  hours: "clock",
  you: "user-circle",
  practice: "building-library",
};

await rm(outdir, { recursive: true, force: true });
await mkdir(outdir, { recursive: true });
const { metafile } = await build({
  entryPoints,
  outdir,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: "none",
  target: ["chrome115", "firefox115", "safari16.4"],
  loader: { ".svg": "file", ".woff2": "file" },
  logLevel: "warning",
  plugins: [calendarPlaces],
});

const manifest = {};
for (const [file, output] of Object.entries(metafile.outputs)) {
  if (output.entryPoint) manifest[path.basename(output.entryPoint)] = path.basename(file);
}
for (const name of await readdir(outdir)) await compress(path.join(outdir, name));
await writeFile(path.join(outdir, "icons.json"), JSON.stringify(await drawn(icons), null, 2) + "\n");
// Written last: while it is missing the build is not finished.
await writeFile(path.join(outdir, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");

async function compress(file) {
  if (!/\.(css|js|svg)$/.test(file)) return;
  const content = await readFile(file);
  await writeFile(`${file}.gz`, gzipSync(content, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  await writeFile(`${file}.br`, brotliCompressSync(content, { params }));
}

// What stands within each drawing: the frame is the same for all and written once, in app/assets.py.
async function drawn(icons) {
  const read = async ([name, icon]) => {
    const drawing = await readFile(`node_modules/heroicons/24/outline/${icon}.svg`, "utf8");
    return [name, drawing.replace(/^<svg[^>]*>\s*|\s*<\/svg>\s*$| stroke-line(cap|join)="round"/g, "")];
  };
  return Object.fromEntries(await Promise.all(Object.entries(icons).map(read)));
}
