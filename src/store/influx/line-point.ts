// The name of the point that a line writes: two lines of one name overwrite each other in the hub.

/** Measurement, tags and time of `line`, a line of ours, as they stand in it. */
export function pointOf(line: string): string {
  return `${/^(?:[^ \\]|\\.)*/.exec(line)?.[0] ?? ''}${line.slice(line.lastIndexOf(' '))}`;
}
