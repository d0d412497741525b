// The first tier: levels that somebody searched for and published. Each (pair, side) has only its newest record; an older one never stands in for it.
import { type ExitParamsRequest, type ParamRecord, validLevels } from '#domain/exit-params.ts';
import { type Side, shortPair } from '#domain/market.ts';
import { isoTime } from '#domain/time.ts';
import { count, type Found, finite, type Known, type Searched, type TierSettings } from './tier.ts';

/** The newest record of every (pair, side), found by `paramKey`. */
export type ParamFigures = ReadonlyMap<string, ParamRecord>;

/** `validFromMs` <= now <= `validUntilMs`: as long as this the same figures lead to the same end. */
export interface OptunaSearched extends Searched {
  readonly validFromMs: number;
  readonly validUntilMs: number;
}

/**
 * The first eligible candidate: its newest record has both levels with right signs, is not explicitly unvalidated and not older than
 * `optunaMaxAgeHours` at `nowMs`.
 */
export function optunaTier(
  request: ExitParamsRequest,
  known: Known<ParamFigures> & { readonly nowMs: number },
  settings: TierSettings,
): OptunaSearched {
  const figures = known.value;
  let validFromMs = Number.NEGATIVE_INFINITY;
  const validUntilMs = Number.POSITIVE_INFINITY;
  if (figures === undefined) {
    return { found: undefined, why: [`OPTUNA params unknown: ${known.absence ?? ''}`], validFromMs, validUntilMs };
  }
  const why: string[] = [];
  const maxAgeMs = settings.optunaMaxAgeHours * 3_600_000;
  const asked = candidates(request);
  for (const { pair, side } of asked) {
    const record = figures.get(paramKey(pair, side));
    if (record === undefined) continue;
    const expiresAtMs = record.atMs + maxAgeMs;
    const name = `OPTUNA params of ${paramKey(pair, side)} from ${isoTime(record.atMs)}`;
    if (!validLevels(record)) {
      why.push(`${name} are malformed: stop ${record.stopLossPct}, target ${record.takeProfitPct}`);
    } else if (record.validated === false) {
      why.push(`${name} are not validated`);
    } else if (known.nowMs > expiresAtMs) {
      why.push(`${name} are older than ${settings.optunaMaxAgeHours} h`);
      // Should the wall clock step back, they are young enough again.
      validFromMs = Math.max(validFromMs, expiresAtMs + 1);
    } else {
      why.push(name);
      return { found: optunaFound(record), why, validFromMs, validUntilMs: expiresAtMs };
    }
  }
  if (why.length === 0)
    why.push(`no OPTUNA params of ${asked.map(({ pair, side }) => paramKey(pair, side)).join(', ')}`);
  return { found: undefined, why, validFromMs, validUntilMs };
}

function optunaFound(record: ParamRecord): Found {
  return {
    source: 'OPTUNA',
    levels: record,
    leverageBin: null,
    winRate: finite(record.winRate),
    profitFactor: finite(record.profitFactor),
    avgWinPct: null,
    avgLossPct: null,
    totalTrades: count(record.totalTrades),
    validated: record.validated,
    asOfMs: record.atMs,
  };
}

/** The key of a (pair, side) among `ParamFigures`; side null is `parameters`, whose levels hold for both. */
export function paramKey(pair: string, side: Side | null): string {
  return side === null ? pair : `${pair} ${side}`;
}

/** Newest records by key; of two with the same key the later one counts. */
export function paramFigures(records: readonly ParamRecord[]): ParamFigures {
  const figures = new Map<string, ParamRecord>();
  for (const record of records) {
    const key = paramKey(record.pair, record.side);
    const before = figures.get(key);
    if (before === undefined || before.atMs < record.atMs) figures.set(key, record);
  }
  return figures;
}

/** Exact pair and side, exact pair, short form and side, short form. */
function candidates(request: ExitParamsRequest): readonly { readonly pair: string; readonly side: Side | null }[] {
  const short = shortPair(request.pair);
  const pairs = short === undefined ? [request.pair] : [request.pair, short];
  const sides = request.side === undefined ? [null] : [request.side, null];
  return pairs.flatMap((pair) => sides.map((side) => ({ pair, side })));
}
