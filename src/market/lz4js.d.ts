// lz4js carries no types; the one function used here.
declare module 'lz4js' {
  /** Decodes one LZ4 frame; throws when it is none. */
  export function decompress(frame: Uint8Array): Uint8Array;
}
