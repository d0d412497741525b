// What was imported here for a hub that is not in the data folder: candles and historical entries, each call committed with the blocks of lines that tell the
// hub. What is written again replaces itself, here and there.
import type { DatabaseSync } from 'node:sqlite';
import type { Candles, HistoricalSignal, Side } from '#domain/market.ts';
import { candleLines } from '#store/influx/candle-lines.ts';
import { entryLine } from '#store/influx/entry-lines.ts';
import { CANDLES_1, type CandlePart, candlesWriter } from './candles.ts';
import type { FileWriter } from './group-commit.ts';
import { requireRoom } from './hub-telling.ts';
import { DEAD_LETTER_POINTS, OUTBOX_TABLES } from './outbox-schema.ts';
import { type OutboxEntry, type OutboxTable, outboxOperation } from './outbox-table.ts';

export const IMPORTS_1 = CANDLES_1 + OUTBOX_TABLES + DEAD_LETTER_POINTS;

/** Lines of one row of the outbox. */
const BLOCK_LINES = 1_000;

/** What a block of candles tells of: those of a series with fromMs <= open time <= lastMs that were written with it, `lines` of them. */
export interface CandleBlock {
  readonly pair: string;
  readonly timeframe: string;
  readonly fromMs: number;
  readonly lastMs: number;
  readonly lines: number;
}

/** What a block of entries tells of. */
export interface EntryBlock {
  readonly pair: string;
  readonly lines: number;
}

/** Both operations throw UNUSABLE_INPUT for what no line can say and HUB_UNAVAILABLE when the outbox is full; then nothing of the call is kept. */
export function importsWriter(db: DatabaseSync, outbox: OutboxTable) {
  const { writeCandles, rememberEntries } = candlesWriter(db).operations;
  const names = outbox.rules?.names;
  const tell = (what: string, entries: readonly OutboxEntry[]) => requireRoom(what, outbox.put(entries));
  return {
    kind: 'imports',
    db,
    operations: {
      ...outboxOperation('imports', outbox),
      importCandles: (part: CandlePart): void => {
        writeCandles(part);
        if (names !== undefined) tell('imported candles', candleBlocks(part, names.candles.measurement));
      },
      importEntries: (told: { readonly pair: string; readonly signals: readonly HistoricalSignal[] }): void => {
        rememberEntries(told);
        if (names === undefined) return;
        const placeOf = { LONG: 'longEntries', SHORT: 'shortEntries' } as const satisfies Record<Side, string>;
        const blocks = (['LONG', 'SHORT'] as const).flatMap((side) => {
          const place = placeOf[side];
          const own = told.signals.filter((signal) => signal.side === side);
          const lines = own.map((signal) => entryLine(told.pair, signal, names[place].measurement));
          return inBlocks(lines).map((block) => ({
            place,
            line: () => block.join('\n'),
            ref: JSON.stringify({ pair: told.pair, lines: block.length }),
          }));
        });
        tell('imported entries', blocks);
      },
    },
  } satisfies FileWriter;
}

function candleBlocks({ candles, from, to }: CandlePart, measurement: string): readonly OutboxEntry[] {
  const lines = candleLines(candles, measurement, { from, to });
  return inBlocks(lines).map((block, index) => {
    const first = from + index * BLOCK_LINES;
    return {
      place: 'candles',
      line: () => block.join('\n'),
      ref: JSON.stringify(blockOf(candles, first, block.length)),
    };
  });
}

function blockOf({ pair, timeframe, openTimeMs }: Candles, first: number, lines: number): CandleBlock {
  const at = (index: number) => openTimeMs[index] as number;
  return { pair, timeframe, fromMs: at(first), lastMs: at(first + lines - 1), lines };
}

function inBlocks(lines: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(lines.length / BLOCK_LINES) }, (_, index) =>
    lines.slice(index * BLOCK_LINES, (index + 1) * BLOCK_LINES),
  );
}
