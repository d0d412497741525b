// Times in Flux answers: RFC 3339 with as many digits of a second as there are, exact to the nanosecond.

/** Epoch nanoseconds of `text` (`2026-11-23T18:42:23.694258165Z`). Throws for a text that is no such time. */
export function nsOf(text: string): bigint {
  const seconds = Date.parse(`${text.slice(0, 19)}Z`);
  const fraction = /^\.(\d{1,9})Z$/.exec(text.slice(19))?.[1];
  if (Number.isNaN(seconds) || (fraction === undefined && text.slice(19) !== 'Z'))
    throw new Error(`${JSON.stringify(text)} is no time of the hub`);
  return BigInt(seconds) * 1_000_000n + BigInt((fraction ?? '').padEnd(9, '0'));
}

/** The millisecond that holds `ns`, epoch ms. */
export function msOf(ns: bigint): number {
  const ms = ns / 1_000_000n;
  return Number(ns < 0n && ms * 1_000_000n !== ns ? ms - 1n : ms);
}
