// DOOR of exits: which stop and target does an open trade get? Answers come from figures in memory; the hub is never waited for once there are figures.
import type { ExitParams, ExitParamsRequest } from '#domain/exit-params.ts';
import { Fault } from '#domain/fault.ts';
import type { Feed } from '#domain/feed.ts';
import type { BinStatistics, TradeSums } from '#domain/leverage-bin.ts';
import type { Log } from '#domain/log.ts';
import { requirePair, type Side } from '#domain/market.ts';
import type { Clock, Now } from '#domain/time.ts';
import { type ClosedTrade, requireTrades } from '#domain/trade.ts';
import type { ParamStore, SnapshotStore, TradeStore } from '#store/store.ts';
import { mark } from '#trace/trace.ts';
import { Answers } from './answers.ts';
import { binFigures, binStatistics, roundedStatistics } from './bins.ts';
import { Figures } from './figures.ts';
import type { FiguresPace } from './figures-options.ts';
import { followExitParams } from './follow.ts';
import { isParamRecord, isTradeSums, keptRows, openKeeper } from './keeper.ts';
import { openLookbacks } from './lookbacks.ts';
import { paramFigures } from './optuna-tier.ts';
import type { TierSettings } from './tier.ts';

/** The exits of the fleet. */
export interface Exits extends AsyncDisposable {
  /** One answer per request, in the order asked; a request that can never be answered (pair, leverage) is a Fault at its place. Never fails because of the hub. */
  answer(requests: readonly ExitParamsRequest[]): Promise<readonly (ExitParams | Fault)[]>;
  /**
   * The params of each request now, then each change of them (another `revision`) within a second of its being known here. Rejects with the Fault of a
   * request that can never be answered.
   */
  follow(requests: readonly ExitParamsRequest[]): Promise<Feed<ExitParams>>;
  /** Bins with at least one trade, by leverage, percentages rounded. Rejects with HUB_UNAVAILABLE when there is nothing to serve, BAD_USER_INPUT for `pair` or `lookbackDays`. */
  leverageBins(query: {
    readonly side?: Side | undefined;
    readonly pair?: string | undefined;
    /** Whole days; absent: as configured. */
    readonly lookbackDays?: number | undefined;
  }): Promise<readonly BinStatistics[]>;
  /** All or none, visible in the next answer. Rejects with BAD_USER_INPUT naming `trades[i].field`. */
  recordTrades(trades: readonly ClosedTrade[]): Promise<{ readonly recorded: number; readonly duplicates: number }>;
  /** Whether the hub has been read once since the start: published levels and trades both. */
  hubReadOnce(): boolean;
  /** How the figures of each kind stand. */
  figures(): readonly FiguresState[];
}

/** `ageSeconds`: since the last successful read of the hub, null before the first; `served`: whether there is anything to serve. */
export interface FiguresState {
  readonly kind: 'params' | 'bins';
  readonly ageSeconds: number | null;
  readonly stale: boolean;
  readonly served: boolean;
}

/** The tiers' settings and how fresh figures are kept. */
export interface ExitsSettings extends TierSettings {
  readonly figuresSeconds: number;
  readonly maxStaleSeconds: number;
}

export interface ExitsOptions {
  readonly params: Pick<ParamStore, 'newest' | 'known'>;
  readonly trades: Pick<TradeStore, 'record' | 'sums' | 'knownSums'>;
  readonly snapshots: SnapshotStore;
  /** Calls back after this process wrote to the hub; returns what ends it. */
  readonly onHubWrite: (listener: (kind: 'params' | 'trades') => void) => () => void;
  /** true for an embedded hub: the first answer waits for the first read, kept figures are used only if that fails. */
  readonly simplyRead: boolean;
  readonly settings: ExitsSettings;
  readonly clock: Clock;
  readonly log: Log;
}

const DAY_MS = 86_400_000;
/** The longest that an exit answer waits for the hub. */
const ANSWER_WAIT_MS = 1_000;
/** Loads what an earlier run kept, begins to read the hub, and is ready to answer. */
export async function openExits(options: ExitsOptions): Promise<Exits> {
  const { clock, log, settings, simplyRead } = options;
  await using opening = new AsyncDisposableStack();
  const keeper = opening.use(openKeeper(options));
  const watch = hubWatch(log);
  const shared = { clock, keptInReserve: simplyRead };
  const pace: FiguresPace = {
    everyMs: settings.figuresSeconds * 1_000,
    maxStaleMs: settings.maxStaleSeconds * 1_000,
    waitMs: ANSWER_WAIT_MS,
  };
  const binsOf = (sums: readonly TradeSums[]) => binFigures(sums, settings.binEdges);
  const span = (days: number, { wallMs }: Now) => ({
    fromMs: wallMs - days * DAY_MS,
    toMs: wallMs,
    edges: settings.binEdges,
  });
  const knownBins = async (days: number, now: Now) => {
    const known = await options.trades.knownSums?.(span(days, now));
    return known && binsOf(known);
  };
  const readBins = async (days: number, now: Now, signal: AbortSignal) =>
    binsOf(await options.trades.sums(span(days, now), signal));

  const readFor = JSON.stringify({ edges: settings.binEdges, days: settings.lookbackDays });
  const [keptParams, keptBins] = await Promise.all([
    keptRows(options, 'params', { readFor: '', isRow: isParamRecord }),
    keptRows(options, 'bins', { readFor, isRow: isTradeSums }),
  ]);
  const ignored = ignoredNames(log);
  const params = new Figures({
    ...shared,
    kind: 'params',
    pace,
    ahead: true,
    read: async (_, signal) => {
      const newest = await options.params.newest(signal);
      ignored(newest.ignored);
      return paramFigures(newest.records);
    },
    known: () => {
      const known = options.params.known?.();
      return known && paramFigures(known.records);
    },
    kept: keptParams && { ...keptParams, value: paramFigures(keptParams.value) },
    onRead: (figures, readAtMs) =>
      keeper.keep('params', { readAtMs, readFor: '', rows: [...figures.values()].filter(isParamRecord) }),
    onFailing: (failing, error) => watch('params', failing, error),
  });
  opening.defer(() => params.close());
  const bins = new Figures({
    ...shared,
    kind: 'bins',
    pace,
    ahead: true,
    read: (now, signal) => readBins(settings.lookbackDays, now, signal),
    ...(options.trades.knownSums && { known: (now: Now) => knownBins(settings.lookbackDays, now) }),
    kept: keptBins && { ...keptBins, value: binsOf(keptBins.value) },
    onRead: ({ sums }, readAtMs) => keeper.keep('bins', { readAtMs, readFor, rows: sums.filter(isTradeSums) }),
    onFailing: (failing, error) => watch('bins', failing, error),
  });
  opening.defer(() => bins.close());

  const lookbacks = opening.adopt(openLookbacks({ pace, clock, read: readBins }), (others) => others.close());

  const tradesWritten = () => {
    bins.wish();
    lookbacks.wish();
  };
  opening.defer(options.onHubWrite((kind) => (kind === 'params' ? params.wish() : tradesWritten())));

  const answers = new Answers(settings);
  const answer = async (requests: readonly ExitParamsRequest[]): Promise<readonly (ExitParams | Fault)[]> => {
    const waits = [params.refresh(), bins.refresh()];
    if (waits[0] !== undefined || waits[1] !== undefined) await Promise.all(waits);
    const readings = { params: params.reading(), bins: bins.reading(), nowMs: clock.now().wallMs };
    return requests.map((request) => orFault(() => answers.answer(request, readings)));
  };
  const closing = opening.move();
  return {
    answer: async (requests) => {
      const answered = await answer(requests);
      for (const one of answered) {
        if (!(one instanceof Fault)) mark('exits.answered', { source: one.source, stale: one.stale });
      }
      return answered;
    },
    follow: (requests) => followExitParams(requests, { answer, clock }),
    leverageBins: async (query) => {
      const days = query.lookbackDays ?? settings.lookbackDays;
      if (query.pair !== undefined) requirePair(query.pair, 'pair');
      const figures = days === settings.lookbackDays ? bins : lookbacks.over(days);
      await figures.refresh();
      const { value, absence } = figures.reading();
      if (value === undefined) throw new Fault('HUB_UNAVAILABLE', `leverage bins: ${absence}`);
      return binStatistics(value.sums, settings.binEdges, query)
        .filter((bin) => bin !== undefined)
        .map(roundedStatistics);
    },
    recordTrades: async (trades) => {
      const written = await options.trades.record(requireTrades(trades));
      tradesWritten();
      mark('trades.recorded', written);
      return written;
    },
    hubReadOnce: () => params.readOnce() && bins.readOnce(),
    figures: () => [figuresState('params', params), figuresState('bins', bins)],
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

function figuresState(kind: FiguresState['kind'], figures: Figures<unknown>): FiguresState {
  const { value, stale } = figures.reading();
  const ageMs = figures.ageMs();
  return { kind, ageSeconds: ageMs === undefined ? null : ageMs / 1_000, stale, served: value !== undefined };
}

function orFault<T>(attempt: () => T): T | Fault {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** Says once when the hub is lost, whichever kind of figures first notices, and once when all kinds have found it again. */
function hubWatch(log: Log): (kind: string, failing: boolean, error: unknown) => void {
  const failingKinds = new Set<string>();
  return (kind, failing, error) => {
    const before = failingKinds.size;
    if (failing) failingKinds.add(kind);
    else failingKinds.delete(kind);
    if (before === 0 && failing) log.warn({ kind, err: error }, 'hub lost: serving the last known figures');
    if (before > 0 && failingKinds.size === 0) log.info({ kind }, 'hub found: figures are fresh again');
  };
}

/** Says when the number of names in the hub that are no pairs changes. */
function ignoredNames(log: Log): (ignored: number) => void {
  let before = 0;
  return (ignored) => {
    if (ignored !== before) log.info({ ignored }, 'names in the hub that are no pairs are ignored');
    before = ignored;
  };
}
