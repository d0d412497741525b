// The fields each measurement should have and their types, and what it means when they are others.
import type { HubNames, HubPlace } from './bucket-names.ts';

/** A field as found: its types as the hub calls them (`double`, `long`, `boolean`, `string`), by when each was last written. */
export interface FieldTypes {
  readonly field: string;
  readonly types: readonly { readonly type: string; readonly lastWritten: string }[];
}

interface Fields {
  /** Without these a point counts for nothing. One name, or another writer's name for the same. */
  readonly needed: readonly (readonly string[])[];
  /** The types this program writes. */
  readonly written: Readonly<Record<string, string>>;
}

const PARAMS: Fields = {
  needed: [['stop_loss_pct'], ['take_profit_pct']],
  written: {
    stop_loss_pct: 'double',
    take_profit_pct: 'double',
    win_rate: 'double',
    profit_factor: 'double',
    total_trades: 'long',
    validated: 'boolean',
    study_id: 'string',
    pbo: 'double',
    oos_profit_factor: 'double',
  },
};

export const EXPECTED: Readonly<Record<keyof HubNames, Fields>> = {
  params: PARAMS,
  paramsBySide: PARAMS,
  trades: {
    needed: [['leverage'], ['profit_pct', 'profit'], ['stop_loss_pct'], ['take_profit_pct']],
    written: {
      leverage: 'double',
      profit_pct: 'double',
      stop_loss_pct: 'double',
      take_profit_pct: 'double',
      side: 'string',
      bot: 'string',
      trade_id: 'string',
      opened_at: 'string',
      enter_tag: 'string',
      exit_reason: 'string',
      superseded: 'long',
    },
  },
  longEntries: { needed: [], written: {} },
  shortEntries: { needed: [], written: {} },
  signals: {
    needed: [],
    written: {
      signal_id: 'string',
      source: 'string',
      confidence: 'double',
      confidence_defaulted: 'boolean',
      leverage: 'double',
      enter_tag: 'string',
    },
  },
  decisions: {
    needed: [['decision_id']],
    written: {
      decision_id: 'string',
      reason: 'string',
      votes: 'long',
      confidence: 'double',
      leverage: 'double',
      enter_tag: 'string',
      payload: 'string',
    },
  },
  candles: {
    needed: [['open'], ['high'], ['low'], ['close']],
    written: { open: 'double', high: 'double', low: 'double', close: 'double', volume: 'double' },
  },
};

const WORDS: Readonly<Record<string, string>> = { double: 'float', long: 'integer', unsignedLong: 'unsigned integer' };
const word = (type: string) => WORDS[type] ?? type;

/** What is wrong with the fields found in `place`, one sentence each; nothing is wrong with a measurement that is empty. */
export function fieldProblems(
  place: keyof HubNames,
  { bucket, measurement }: HubPlace,
  found: readonly FieldTypes[],
): readonly string[] {
  if (found.length === 0) return [];
  const { needed, written } = EXPECTED[place];
  const at = `${bucket}, ${measurement}`;
  const names = new Set(found.map(({ field }) => field));
  const missing = needed
    .filter((alternatives) => !alternatives.some((name) => names.has(name)))
    .map((alternatives) => `${at}: nobody writes ${alternatives.join(' or ')}, so its points count for nothing`);
  const types = found.flatMap(({ field, types: seen }) => {
    const wanted = written[field];
    const newest = seen.at(-1)?.type;
    const both = seen.map(({ type, lastWritten }) => `${word(type)} (last ${lastWritten})`).join(' and as ');
    return [
      ...(seen.length > 1
        ? [`${at}: ${field} is written as ${both}; readers that cross the change see one of them only`]
        : []),
      ...(wanted !== undefined && newest !== undefined && newest !== wanted
        ? [
            `${at}: ${field} is written as ${word(newest)}; what this program writes there as ${word(wanted)} is refused in the same shard`,
          ]
        : []),
    ];
  });
  return [...missing, ...types];
}
