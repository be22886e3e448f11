// A drawing as a PNG with a palette of sixteen colours: a fifth of what one with four bytes a pixel takes, and to the eye
// the same, for only the shades along its edges are fewer.
import { deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 16; // half a byte a pixel

// `drawn` is what resvg rendered, an even number of pixels wide.
export function smallPng({ width, height, pixels }) {
  const count = new Map(); // four bytes as a number -> how many pixels have it
  const at = (pixel) => pixels.readUInt32BE(pixel * 4);
  for (let pixel = 0; pixel < width * height; pixel++) count.set(at(pixel), (count.get(at(pixel)) ?? 0) + 1);
  const colours = [...count.keys()].sort((one, other) => count.get(other) - count.get(one));
  const palette = colours.slice(0, COLOURS).map(plain);
  const place = new Map(colours.map((colour) => [colour, nearest(plain(colour), palette)]));
  const rows = Buffer.alloc((width / 2 + 1) * height); // each begins with a zero: no filter
  for (let pixel = 0; pixel < width * height; pixel += 2) {
    rows[pixel / 2 + Math.floor(pixel / width) + 1] = (place.get(at(pixel)) << 4) | place.get(at(pixel + 1));
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([4, 3], 8); // four bits a pixel, which are a place in the palette
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette.flatMap((colour) => colour.slice(0, 3)))),
    chunk("tRNS", Buffer.from(palette.map((colour) => colour[3]))),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function nearest(colour, palette) {
  const distances = palette.map((one) => one.reduce((sum, value, channel) => sum + (value - colour[channel]) ** 2, 0));
  return distances.indexOf(Math.min(...distances));
}

// resvg multiplies each colour with how opaque it is.
function plain(colour) {
  const [alpha, ...rest] = [0, 24, 16, 8].map((bits) => (colour >>> bits) & 255);
  return [...rest.map((each) => (alpha ? Math.min(255, Math.round((each * 255) / alpha)) : 0)), alpha];
}

function chunk(name, content) {
  const named = Buffer.concat([Buffer.from(name, "latin1"), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
