// Built files carry their content's hash in their name, and lie compressed beside themselves.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

// Eight characters as esbuild writes them: A-Z and 2-7.
export function hashOf(...contents) {
  const digest = contents.reduce((hash, content) => hash.update(content), createHash("sha256")).digest();
  return [...digest.subarray(0, 8)].map((byte) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[byte & 31]).join("");
}

// Writes `icon-192.png` as `icon-192-<hash>.png` and answers that name.
export async function writeHashed(folder, name, content) {
  const { name: stem, ext } = path.parse(name);
  const hashed = `${stem}-${hashOf(content)}${ext}`;
  await writeFile(path.join(folder, hashed), content);
  return hashed;
}

export async function compress(file) {
  if (!/\.(css|js|svg)$/.test(file)) return;
  const content = await readFile(file);
  await writeFile(`${file}.gz`, gzipSync(content, { level: 9 }));
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length };
  await writeFile(`${file}.br`, brotliCompressSync(content, { params }));
}
