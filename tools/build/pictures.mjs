// What an installed app shows of itself: icons drawn from the SVGs, and screenshots where they have been taken.
import { Resvg } from "@resvg/resvg-js";
import { readFile } from "node:fs/promises";
import { writeHashed } from "./files.mjs";
import { smallPng } from "./png.mjs";

const ICONS = {
  "icon-192.png": ["holdfast", 192],
  "icon-512.png": ["holdfast", 512],
  "maskable-192.png": ["holdfast-maskable", 192],
  "maskable-512.png": ["holdfast-maskable", 512],
  "touch-icon-180.png": ["holdfast-maskable", 180], // iOS rounds the corners itself
  "badge-96.png": ["holdfast-badge", 96],
};

export async function icons(outdir) {
  const names = {};
  for (const [name, [drawing, width]] of Object.entries(ICONS)) {
    const svg = await readFile(`app/static/icons/${drawing}.svg`);
    const drawn = new Resvg(svg, { fitTo: { mode: "width", value: width } }).render();
    names[name] = await writeHashed(outdir, name, smallPng(drawn));
  }
  return names;
}

const SCREENS = { narrow: "as-app-phone", wide: "as-app-desk" };

// As the manifest lists them; a checkout without pictures has none. Browsers show none that is much longer than wide.
export async function screenshots(outdir) {
  const found = [];
  for (const [form_factor, name] of Object.entries(SCREENS)) {
    const picture = await readFile(`docs/screens/${name}.webp`).catch(() => null);
    if (!picture) continue;
    const src = await writeHashed(outdir, `${name}.webp`, picture);
    found.push({ src, sizes: sizeOfWebp(picture).join("x"), type: "image/webp", form_factor, label: "Today" });
  }
  return found;
}

// RFC 9649: three kinds of WebP, each with its size at another place.
function sizeOfWebp(file) {
  const kind = file.toString("latin1", 12, 16);
  if (kind === "VP8X") return [1 + file.readUIntLE(24, 3), 1 + file.readUIntLE(27, 3)];
  if (kind === "VP8L") {
    const bits = file.readUInt32LE(21);
    return [1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff)];
  }
  return [file.readUInt16LE(26) & 0x3fff, file.readUInt16LE(28) & 0x3fff];
}
