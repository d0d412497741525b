// What InfluxDB says of a write it took in part (HTTP 422). It names one reason, and how many points it dropped where it looked: points of a request that
// lie in several shards are written side by side, and the first shard that complains is the one that is heard. So the count never exceeds what was
// dropped, and may fall short of it.

/** How many points were dropped at least; undefined when the words do not tell. */
export function droppedIn(words: string): number | undefined {
  // Of retention it goes on: `dropped=3 for database: bc4cf38473c0f2cc for retention policy: autogen`.
  const count = /\bdropped=(\d+)(?: for database: \S* for retention policy: \S*)?\s*$/.exec(words)?.[1];
  return count === undefined ? undefined : Number(count);
}

/** A field that was sent as another type than the hub has. */
export interface Conflict {
  /** Whether `line` sends that field of that measurement as that type: then it may have been dropped, and need not have been (in another shard). */
  isOf(line: string): boolean;
}

const VALUE: Readonly<Record<string, string>> = {
  float: '-?[\\d.]+(?:[eE][-+]?\\d+)?',
  integer: '-?\\d+i',
  unsigned: '\\d+u',
  boolean: '(?:t|T|true|True|TRUE|f|F|false|False|FALSE)',
  string: '"',
};

/** The conflict of types that `words` tell of; undefined when they tell of something else. */
export function conflictIn(words: string): Conflict | undefined {
  const found = /input field "(.+?)" on measurement "(.+?)" is type (\w+), already exists as type /s.exec(words);
  const [, field, measurement, type] = found ?? [];
  const value = VALUE[type ?? ''];
  if (field === undefined || measurement === undefined || value === undefined) return undefined;
  const start = measurement.replace(/[, ]/g, '\\$&');
  const sent = new RegExp(
    `[ ,]${RegExp.escape(field.replace(/[, =]/g, '\\$&'))}=${value}${type === 'string' ? '' : '[ ,]'}`,
  );
  return { isOf: (line) => line.startsWith(start) && /^[, ]/.test(line.slice(start.length)) && sent.test(line) };
}
