// The checksum by which Optuna deals trials to brackets (CRC-32 of ISO 3309, as zlib has it).

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** The checksum of `text` in UTF-8, 0 to 2^32 - 1. */
export function crc32(text: string): number {
  let rest = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) rest = (rest >>> 8) ^ (TABLE[(rest ^ byte) & 255] as number);
  return (rest ^ 0xffffffff) >>> 0;
}
