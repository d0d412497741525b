// lz4js carries no types; the one function used here.
declare module 'lz4js' {
  /** Decodes one LZ4 frame whose content has at most `maxSize` bytes. Trusts the sizes in it. */
  export function decompress(frame: Uint8Array, maxSize: number): Uint8Array;
}
