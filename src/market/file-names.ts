// How freqtrade names candle files: spot pairs stand in the folder itself, pairs with a settlement currency under `futures/`.
// A pair with `:` is read from `futures/` only, one without never.

/** The formats read, in the order in which they are preferred when several files of a pair exist. */
export const FORMATS = ['feather', 'parquet', 'json.gz', 'json', 'csv'] as const;
export type CandleFormat = (typeof FORMATS)[number];

/** Folder (relative to the data folder, '' for itself) and file name without its format. */
export interface CandlePlace {
  readonly folder: '' | 'futures';
  readonly stem: string;
}

/** Where the candles of `pair` and `timeframe` stand. */
export function placeOf(pair: string, timeframe: string): CandlePlace {
  const name = pair.replace(/[/ .@$+:]/g, '_');
  return pair.includes(':')
    ? { folder: 'futures', stem: `${name}-${timeframe}-futures` }
    : { folder: '', stem: `${name}-${timeframe}` };
}

/** Where candles of a pair named like `pair` stand that is traded otherwise: spot for a future, a future for spot. */
export function placeBeside(pair: string, timeframe: string): CandlePlace {
  const [spot = pair, settled] = pair.split(':');
  return placeOf(settled === undefined ? `${pair}:${pair.slice(pair.indexOf('/') + 1)}` : spot, timeframe);
}

/** The first of `place`'s files that is among `names`, the files of its folder. */
export function pickFormat(place: CandlePlace, names: readonly string[]): CandleFormat | undefined {
  return FORMATS.find((format) => names.includes(`${place.stem}.${format}`));
}

/** A pair and timeframe read from a file's name. */
export interface NamedCandles {
  readonly pair: string;
  readonly timeframe: string;
}

const CANDLE_FILE = /^(.+)-([1-9][0-9]*[smhdw])(-futures)?\.(?:feather|parquet|json\.gz|json|csv)$/u;

/**
 * Which pairs `names` (files of `place.folder`) hold, nearest to the one looked for first, at most `limit`, e.g. `BTC/USDT (5m, 1h)`. Names say
 * `_` for several characters, so a pair's form is a guess; it is for people only.
 */
export function nearestPairs(place: CandlePlace, names: readonly string[], limit: number): readonly string[] {
  const timeframes = new Map<string, string[]>();
  for (const name of names) {
    const match = CANDLE_FILE.exec(name);
    if (match === null || (match[3] !== undefined) !== (place.folder === 'futures')) continue;
    const [, pair = '', timeframe = ''] = match;
    const known = timeframes.get(pair) ?? [];
    timeframes.set(pair, known.includes(timeframe) ? known : [...known, timeframe]);
  }
  const wanted = place.stem.slice(0, place.stem.lastIndexOf('-', place.stem.length - (place.folder === '' ? 1 : 9)));
  return nearestNames(wanted, [...timeframes.keys()])
    .slice(0, limit)
    .map((pair) => `${pairGuess(pair, place)} (${(timeframes.get(pair) ?? []).sort().join(', ')})`);
}

/** Which timeframes `names` (files of the pair's folder) hold of `pair`, by name. */
export function timeframesOf(pair: string, names: readonly string[]): readonly string[] {
  const named = new Set(
    names.map((name) => CANDLE_FILE.exec(name)?.[2]).filter((timeframe) => timeframe !== undefined),
  );
  return [...named].filter((timeframe) => pickFormat(placeOf(pair, timeframe), names) !== undefined).sort();
}

/** `names` by how many characters must change, come or go to make them `wanted`, the fewest first. */
export function nearestNames(wanted: string, names: readonly string[]): readonly string[] {
  return names
    .map((name) => ({ name, distance: editDistance(wanted, name) }))
    .sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
    .map(({ name }) => name);
}

function pairGuess(name: string, place: CandlePlace): string {
  return place.folder === 'futures' ? name.replace(/_([^_]+)_([^_]+)$/, '/$1:$2') : name.replace(/_([^_]+)$/, '/$1');
}

/** Levenshtein's distance: how many characters must change, come or go. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}

/** The pairs and timeframes that `names` (files of `folder`) hold, by name; a pair's form is a guess, since names say `_` for several characters. */
export function namedCandles(names: readonly string[], folder: CandlePlace['folder']): readonly NamedCandles[] {
  const found = new Map<string, NamedCandles>();
  for (const name of [...names].sort()) {
    const match = CANDLE_FILE.exec(name);
    if (match === null || (match[3] !== undefined) !== (folder === 'futures')) continue;
    const [, stem = '', timeframe = ''] = match;
    found.set(`${stem}-${timeframe}`, { pair: pairGuess(stem, { folder, stem }), timeframe });
  }
  return [...found.values()];
}
