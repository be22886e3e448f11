// A drawing of few colours as a PNG with a palette: a third of what one with four bytes a pixel takes, and the same.
import { deflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

// `drawn` is what resvg rendered. Drawings of more than 256 colours stay as it writes them.
export function smallPng(drawn) {
  const { width, height, pixels } = drawn;
  const colours = new Map(); // four bytes as a number -> its place in the palette
  const rows = Buffer.alloc((width + 1) * height); // each begins with a zero: no filter
  for (let pixel = 0; pixel < width * height; pixel++) {
    const colour = pixels.readUInt32BE(pixel * 4);
    if (!colours.has(colour)) colours.set(colour, colours.size);
    rows[pixel + Math.floor(pixel / width) + 1] = colours.get(colour);
  }
  if (colours.size > 256) return drawn.asPng();
  const palette = [...colours.keys()].map(plain);
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3], 8); // a byte a pixel, which is a place in the palette
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", head),
    chunk("PLTE", Buffer.from(palette.flatMap((colour) => colour.slice(0, 3)))),
    chunk("tRNS", Buffer.from(palette.map((colour) => colour[3]))),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
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
