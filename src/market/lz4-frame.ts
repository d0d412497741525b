// Decodes LZ4 frames of files that may be damaged: every block is checked to lie inside the frame before the decoder, which trusts sizes, sees it.
import { decompress } from 'lz4js';

const MAGIC = 0x184d2204;
/** Flags of the frame descriptor. */
const BLOCK_CHECKSUMS = 0x10;
const CONTENT_SIZE = 0x08;
/** The bit of a block's size that says the block is stored as it is. */
const STORED = 0x8000_0000;

/** The content of one LZ4 frame; throws when its blocks do not fit into it. */
export function decodeLz4(frame: Uint8Array): Uint8Array {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint32(0, true) !== MAGIC) throw new Error('LZ4 frame without its magic number');
  const flags = view.getUint8(4);
  const largest = 4 ** (4 + ((view.getUint8(5) >> 4) & 7));
  const trailer = (flags & BLOCK_CHECKSUMS) === 0 ? 0 : 4;
  let at = (flags & CONTENT_SIZE) === 0 ? 7 : 15;
  let bound = 0;
  // Reading a size beyond the frame's end throws, so that a block can end neither there nor later.
  for (let size = view.getUint32(at, true); size !== 0; size = view.getUint32(at, true)) {
    const length = size % STORED;
    at += 4 + length + trailer;
    bound += size >= STORED ? length : largest;
    if (length > largest) throw new Error('LZ4 block longer than allowed');
  }
  return decompress(frame, bound);
}
