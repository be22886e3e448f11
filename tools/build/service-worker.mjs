// The service worker, with the fixed list of what it keeps written into it.
import { build } from "esbuild";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { hashOf } from "./files.mjs";

// The server renders the offline page: what it is made of stands in for it, so that another page is another version.
const SOURCES = ["app/templates/offline", "app/templates/layouts", "app/translations", "app/static/icons"];

// `names` are those of the built files by their plain ones; answers the file that was written.
export async function serviceWorker(outdir, names, options) {
  const built = ["app.css", "offline.js"].map((name) => `/static/dist/${names[name]}`);
  const fixed = ["/offline", ...built];
  const version = hashOf(fixed.join(), names["start.js"], ...(await sources()));
  const { metafile } = await build({
    ...options,
    entryPoints: { "service-worker": "app/static/js/service-worker/main.js" },
    outdir,
    define: {
      FIXED: JSON.stringify(fixed),
      VERSION: JSON.stringify(version),
      ICON: JSON.stringify(`/static/dist/${names["icon-192.png"]}`),
      BADGE: JSON.stringify(`/static/dist/${names["badge-96.png"]}`),
    },
  });
  return path.basename(Object.keys(metafile.outputs)[0]);
}

async function sources() {
  const files = [];
  for (const folder of SOURCES) {
    const found = await readdir(folder, { recursive: true }).catch(() => []);
    files.push(...found.filter((name) => /\.(html|po|svg)$/.test(name)).map((name) => path.join(folder, name)));
  }
  return Promise.all(files.sort().map((file) => readFile(file)));
}
