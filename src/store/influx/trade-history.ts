// Single closed trades of InfluxDB, for the report: read day by day and put together from their fields by series and time. What other writers left may lack
// what a trade must have to be judged again; such points are counted and left out, never guessed.
import { isPair, type Side } from '#domain/market.ts';
import type { ClosedTrade } from '#domain/trade.ts';
import type { SharedTradeHistory } from '#store/hub.ts';
import type { HubNames } from './bucket-names.ts';
import { fluxAnyOf } from './flux-text.ts';
import { msOf, nsOf } from './flux-time.ts';
import type { Influx } from './influx.ts';
import { readSpan } from './span-read.ts';
import { SIDES_BY_CODE, sideCode } from './trade-columns.ts';

/** What a point is read for; each may be a field or a tag. */
const NAMES = [
  'leverage',
  'profit_pct',
  'profit',
  'stop_loss_pct',
  'take_profit_pct',
  'superseded',
  'side',
  'bot',
  'trade_id',
  'opened_at',
  'enter_tag',
  'exit_reason',
] as const;
/** Tags that tell two points of one time apart. */
const TAGS = ['pair', 'side', 'bot', 'trade_id', 'leverage_bin', 'enter_tag', 'exit_reason'] as const;

/** One point: its tags and fields by name, as text. */
interface Point {
  readonly timeNs: bigint;
  readonly values: Map<string, string>;
}

/** As `SharedTradeHistory`; rejects with HUB_UNAVAILABLE. A trade that is there twice counts once, the later close. */
export function influxTradeHistory(
  influx: Pick<Influx, 'query'>,
  { trades: place }: Pick<HubNames, 'trades'>,
): SharedTradeHistory {
  return {
    within: async ({ fromMs, toMs }, signal = new AbortController().signal) => {
      const points = new Map<string, Point>();
      const keep = ['_time', '_value', '_field', ...TAGS];
      const span = {
        name: 'trades',
        kind: 'trade history',
        place,
        condition: fluxAnyOf('_field', NAMES),
        keep,
        fromMs,
        toMs,
      };
      await readSpan(influx, span, {
        onRow: (row) => {
          const tags = TAGS.map((tag) => row.named(tag));
          const key = JSON.stringify([row.named('_time'), ...tags]);
          const known = points.get(key) ?? { timeNs: nsOf(row.named('_time')), values: new Map<string, string>() };
          points.set(key, known);
          TAGS.forEach((tag, at) => {
            if (tags[at] !== '') known.values.set(tag, tags[at] as string);
          });
          known.values.set(row.named('_field'), row.named('_value'));
        },
        signal,
      });
      const read = [...points.values()]
        .sort((a, b) => (a.timeNs < b.timeNs ? -1 : 1))
        // One that is superseded tells of a trade that was recorded again and is another point now.
        .filter(({ values }) => isPair(values.get('pair') ?? '') && !values.has('superseded'))
        .map(tradeOf);
      const trades = new Map<string, ClosedTrade>();
      for (const trade of read) {
        if (trade === undefined) continue;
        const { bot, tradeId, pair, openedAtMs } = trade;
        const key = JSON.stringify([bot, tradeId, pair, openedAtMs]);
        trades.delete(key);
        trades.set(key, trade);
      }
      return { trades: [...trades.values()], incomplete: read.filter((trade) => trade === undefined).length };
    },
  };
}

/** undefined: its opening, side, leverage or profit is not recorded. Levels with wrong signs are none. */
function tradeOf({ timeNs, values }: Point): ClosedTrade | undefined {
  const number = (name: string) => {
    const text = values.get(name);
    const found = text === undefined || text === '' ? Number.NaN : Number(text);
    return Number.isFinite(found) ? found : undefined;
  };
  const side: Side | null = SIDES_BY_CODE[sideCode(values.get('side') ?? '')] ?? null;
  const openedAtMs = instantOf(values.get('opened_at') ?? '');
  const profitPct = number('profit_pct') ?? number('profit');
  const leverage = number('leverage');
  if (side === null || openedAtMs === undefined || profitPct === undefined || leverage === undefined) return undefined;
  const [stop = 0, target = 0] = [number('stop_loss_pct'), number('take_profit_pct')];
  return {
    // Points of others that name no bot or trade are trades of their own.
    bot: values.get('bot') ?? '',
    tradeId: values.get('trade_id') ?? String(timeNs),
    pair: values.get('pair') ?? '',
    side,
    leverage,
    profitPct,
    stopLossPct: stop < 0 ? stop : null,
    takeProfitPct: target > 0 ? target : null,
    openedAtMs,
    closedAtMs: msOf(timeNs),
    enterTag: values.get('enter_tag') ?? null,
    exitReason: values.get('exit_reason') ?? null,
  };
}

/** ISO 8601, UTC where it names no zone; undefined for anything else. */
function instantOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)) return undefined;
  const iso = text.replace(' ', 'T');
  const timeMs = Date.parse(/(Z|[+-]\d{2}:?\d{2})$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
