// What a stand-in has acknowledged, one JSON line after the other in a file: written before it answers, so that its death loses none of it.
import { openSync, readFileSync, writeSync } from 'node:fs';

/** A write of lines, or a bucket that was made or dropped. */
export type Kept = { readonly bucket: string } & (
  | { readonly text: string }
  | { readonly is: 'dropped' }
  | { readonly is: 'made'; readonly retentionS: number }
);

export interface KeptFile {
  /** What it held when it was opened. */
  readonly before: readonly Kept[];
  write(one: Kept): void;
}

/** The file at `path`, made when it is not there. A line that death cut short was never acknowledged, and is left out. */
export function keptFile(path: string): KeptFile {
  const file = openSync(path, 'a+');
  const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  const before = whole.flatMap((line) => {
    try {
      return [JSON.parse(line) as Kept];
    } catch {
      return [];
    }
  });
  writeSync(file, '\n');
  return { before, write: (one) => void writeSync(file, `${JSON.stringify(one)}\n`) };
}
