// Whether a -wal file is what was written. SQLite takes it up to the first frame whose checksum is wrong and forgets the rest without a word, which is right
// for a commit that was under way when the machine stopped and wrong for every one after it: those were synced, and acknowledged.
import { closeSync, openSync, readSync } from 'node:fs';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
const MAGIC = 0x37_7f_06_82;
const READ_FRAMES = 64;

/** The running checksum of the format, as two words. */
interface Checksum {
  readonly first: number;
  readonly second: number;
}

/**
 * What is wrong with the -wal file of the database `file`, in words; undefined when nothing is, or there is none. The last commit may be torn: nobody was
 * told of it. To be asked before the database is opened, since closing it may copy what is left and remove the file.
 * The format: sqlite.org/fileformat2.html, "The Write-Ahead Log".
 */
export function walFault(file: string): string | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(`${file}-wal`, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return faultIn(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function faultIn(descriptor: number): string | undefined {
  const header = new DataView(new ArrayBuffer(HEADER_BYTES));
  if (readSync(descriptor, header, 0, HEADER_BYTES, 0) < HEADER_BYTES) return undefined;
  const magic = header.getUint32(0);
  const isLittle = magic === MAGIC;
  const sum = summed(header, { from: 0, to: 24, isLittle }, { first: 0, second: 0 });
  const frameBytes = FRAME_HEADER_BYTES + header.getUint32(8);
  const isKnown = isLittle || magic === MAGIC + 1;
  if (!isKnown || sum.first !== header.getUint32(24) || sum.second !== header.getUint32(28)) {
    const hasFrames = readSync(descriptor, new Uint8Array(FRAME_HEADER_BYTES), 0, FRAME_HEADER_BYTES, HEADER_BYTES) > 0;
    return hasFrames ? 'the head of its -wal file was changed after it was written' : undefined;
  }
  return faultOfFrames(descriptor, { header, sum, frameBytes, isLittle });
}

/** Walks the frames: the first bad one may belong to the commit under way; a frame of the same log behind that commit shows damage. */
function faultOfFrames(
  descriptor: number,
  log: {
    readonly header: DataView;
    readonly sum: Checksum;
    readonly frameBytes: number;
    readonly isLittle: boolean;
  },
): string | undefined {
  const { header, frameBytes, isLittle } = log;
  let sum = log.sum;
  let badFrame = 0;
  let isTornOver = false;
  let number = 0;
  const chunk = new DataView(new ArrayBuffer(frameBytes * READ_FRAMES));
  for (let position = HEADER_BYTES; ; position += chunk.byteLength) {
    const frames = Math.floor(readSync(descriptor, chunk, 0, chunk.byteLength, position) / frameBytes);
    for (let frame = 0; frame < frames; frame += 1) {
      number += 1;
      const at = frame * frameBytes;
      const isOfLog =
        chunk.getUint32(at + 8) === header.getUint32(16) && chunk.getUint32(at + 12) === header.getUint32(20);
      const isCommit = chunk.getUint32(at + 4) !== 0;
      if (badFrame === 0) {
        sum = summed(chunk, { from: at, to: at + 8, isLittle }, sum);
        sum = summed(chunk, { from: at + FRAME_HEADER_BYTES, to: at + frameBytes, isLittle }, sum);
        const isWhole = sum.first === chunk.getUint32(at + 16) && sum.second === chunk.getUint32(at + 20);
        if (isOfLog && isWhole) continue;
        badFrame = number;
        isTornOver = isCommit && isOfLog;
      } else if (isOfLog) {
        if (isTornOver)
          return `frame ${badFrame} of its -wal file was changed after it was written, and commits follow it`;
        isTornOver = isCommit;
      }
    }
    if (frames < READ_FRAMES) return undefined;
  }
}

function summed(
  view: DataView,
  { from, to, isLittle }: { readonly from: number; readonly to: number; readonly isLittle: boolean },
  before: Checksum,
): Checksum {
  let { first, second } = before;
  for (let at = from; at < to; at += 8) {
    first = (first + view.getUint32(at, isLittle) + second) >>> 0;
    second = (second + view.getUint32(at + 4, isLittle) + first) >>> 0;
  }
  return { first, second };
}
