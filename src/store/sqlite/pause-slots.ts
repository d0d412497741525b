// `pauses.reserve` in the data folder as bytes: a fixed number of slots that were written once, so that a pause can be written over one of them on a disk
// that is full. A slot counts only when it is whole; while the first one is blank there is nothing in any.
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { Fault } from '#domain/fault.ts';
import type { Pause } from '#domain/pause.ts';

/** Longer than the longest pause there is, and a block of most file systems. */
export const SLOT_BYTES = 4_096;
export const SLOTS = 16;
export const RESERVE_BYTES = SLOT_BYTES * SLOTS;
export const RESERVE_NAME = 'pauses.reserve';
const BLANK = 0x20;

/** Where it lies in the data folder. */
export function reservePath(folder: string): string {
  return join(folder, RESERVE_NAME);
}

/** `slots` slots with nothing in them. */
export function blankSlots(slots: number): Buffer {
  return Buffer.alloc(slots * SLOT_BYTES, BLANK);
}

/** The slot that holds `pause`. Throws when it is too long for one. */
export function slotOf(pause: Pause): Buffer {
  const json = JSON.stringify(pause);
  const line = Buffer.from(`${checksum(json)} ${json}\n`);
  if (line.byteLength > SLOT_BYTES) throw new Error(`the pause takes ${line.byteLength} bytes of ${SLOT_BYTES}`);
  const slot = blankSlots(1);
  line.copy(slot);
  return slot;
}

/** What each slot of the file holds, in the order it was written; undefined: nothing, or what was never written to its end. */
export function readSlots(folder: string): readonly (Pause | undefined)[] {
  const bytes = readReserve(reservePath(folder));
  if (bytes === undefined) return [];
  return Array.from({ length: SLOTS }, (_, at) => pauseIn(bytes.subarray(at * SLOT_BYTES, (at + 1) * SLOT_BYTES)));
}

/** The pauses in the file; none when it is not there. Throws JOURNAL_UNAVAILABLE when it cannot be read. */
export function pausesInReserve(folder: string): readonly Pause[] {
  return readSlots(folder).flatMap((pause) => (pause === undefined ? [] : [pause]));
}

/** All bytes; undefined when nothing is in them. It is asked for before every order: usually one byte tells. */
function readReserve(path: string): Buffer | undefined {
  let file: number | undefined;
  try {
    // An error made for each of these questions would cost more than the question.
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
    file = openSync(path, 'r');
    const first = Buffer.alloc(1);
    if (readSync(file, first, 0, 1, 0) === 0 || first[0] === BLANK) return undefined;
    const bytes = Buffer.alloc(RESERVE_BYTES);
    return bytes.subarray(0, readSync(file, bytes, 0, RESERVE_BYTES, 0));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Fault('JOURNAL_UNAVAILABLE', `${RESERVE_NAME} cannot be read`, { cause: error });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function pauseIn(slot: Buffer): Pause | undefined {
  const end = slot.indexOf('\n');
  if (end < 0) return undefined;
  const line = slot.subarray(0, end).toString('utf8');
  const json = line.slice(line.indexOf(' ') + 1);
  return line.startsWith(`${checksum(json)} `) ? (JSON.parse(json) as Pause) : undefined;
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, '0');
}
