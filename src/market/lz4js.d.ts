// lz4js carries no types; the functions used here and by the bench of candles.
declare module 'lz4js' {
  /** Decodes one LZ4 frame whose content has at most `maxSize` bytes. Trusts the sizes in it. */
  export function decompress(frame: Uint8Array, maxSize: number): Uint8Array;
  /** One LZ4 frame of `content`. */
  export function compress(content: Uint8Array): Uint8Array;
}
