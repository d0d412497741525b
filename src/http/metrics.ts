// What Prometheus is told. The rooms know nothing of it: figures come from listening to the points of the three walks, and labels are closed lists or configured names.
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '#domain/time.ts';
import { listen, type TracePoints } from '#trace/trace.ts';
import { openDefaultedShare } from './defaulted-share.ts';

export interface Metrics {
  /** Prometheus' text format. */
  text(): Promise<string>;
  readonly contentType: string;
  /** Counts one answered request of a route. */
  request(route: string, status: number, durationMs: number): void;
  /** Counts one error that left in a GraphQL answer. */
  graphqlError(code: string): void;
  /** Stops listening. */
  close(): void;
}

/** A figure that only the app can tell, read when it is asked for. */
export interface Figure {
  /** Without the prefix `paramgate_`. */
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
}

/** A figure of several things, one value by the name of each; what cannot be read is left out. */
export interface FigureByName extends Omit<Figure, 'read'> {
  /** What the names are: `source`, `bot`. */
  readonly label: string;
  /** Of a bounded number of things. */
  readonly read: () => Promise<readonly (readonly [name: string, value: number])[]>;
}

const ALERT_SHARE = 0.1;
/** Feeders told apart; any more are `other`. */
const SOURCES = 100;
const FAST = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const SLOW = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 30, 60];
const STUDY = [1, 5, 15, 60, 300, 900, 3600];

export function openMetrics(clock: Clock, figures: readonly (Figure | FigureByName)[]): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const ends: (() => void)[] = [];
  const on = <P extends keyof TracePoints>(point: P, listener: (detail: TracePoints[P]) => void) => {
    ends.push(listen(point, listener));
  };
  const counter = (name: string, help: string, labelNames: string[] = []) =>
    new Counter({ name: `paramgate_${name}`, help, labelNames, registers });
  const gauge = (name: string, help: string, read?: () => number) =>
    new Gauge({
      name: `paramgate_${name}`,
      help,
      registers,
      ...(read === undefined
        ? {}
        : {
            collect() {
              this.set(read());
            },
          }),
    });
  const seconds = (name: string, help: string, spec: { labels?: string[]; buckets: number[] }) =>
    new Histogram({
      name: `paramgate_${name}_seconds`,
      help,
      labelNames: spec.labels ?? [],
      buckets: spec.buckets,
      registers,
    });

  const requests = counter('http_requests_total', 'Answered requests.', ['route', 'status']);
  const durations = seconds('http_request', 'From the head of a request to the end of its answer.', {
    labels: ['route'],
    buckets: FAST,
  });
  const errors = counter('graphql_errors_total', 'Errors in GraphQL answers.', ['code']);
  gauge('resident_memory_bytes', 'Resident memory of the process.', () => process.memoryUsage.rss());
  gauge('cpu_seconds', 'Processor time of the process since its start.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  gauge('uptime_seconds', 'Age of the process.', () => process.uptime());

  for (const figure of figures) {
    if ('label' in figure) byName(registry, figure);
    else gauge(figure.name, figure.help, figure.read);
  }

  const answered = counter('exit_params_total', 'Exit params answered.', ['source', 'stale']);
  on('exits.answered', ({ source, stale }) => answered.inc({ source, stale: String(stale) }));
  const hubReads = seconds('hub_read', 'Reads of the hub.', { labels: ['kind'], buckets: FAST });
  on('hub.read', ({ kind, durationMs }) => hubReads.observe({ kind }, durationMs / 1000));
  const hubFailures = counter('hub_failures_total', 'Reads of the hub that failed, by what failed.', [
    'kind',
    'failure',
  ]);
  on('hub.failed', ({ kind, failure }) => hubFailures.inc({ kind, failure }));
  const hubRows = counter('hub_rows_total', 'Rows read from the shared hub.', ['kind']);
  const hubBytes = counter('hub_bytes_total', 'Bytes of answers read from the shared hub, unpacked.', ['kind']);
  on('hub.answered', ({ kind, rows, bytes }) => {
    hubRows.inc({ kind }, rows);
    hubBytes.inc({ kind }, bytes);
  });
  const trades = counter('trades_total', 'Closed trades taken, and those known already.', ['result']);
  on('trades.recorded', ({ recorded, duplicates }) => {
    trades.inc({ result: 'recorded' }, recorded);
    trades.inc({ result: 'duplicate' }, duplicates);
  });

  const signals = counter('signals_total', 'Submitted signals by their source and end.', ['source', 'result']);
  const sourceLabel = openLabels(SOURCES);
  const defaulted = openDefaultedShare(clock);
  const defaultedSignals = counter('signals_defaulted_total', 'Signals accepted with the configured confidence.');
  on('signal.submitted', (signal) => {
    signals.inc({ source: sourceLabel(signal.source), result: signal.result });
    if (signal.result !== 'accepted') return;
    defaulted.count(signal.defaulted);
    if (signal.defaulted) defaultedSignals.inc();
  });
  gauge('defaulted_confidence_share', "Share of the last hour's signals without a confidence.", defaulted.share);
  gauge('defaulted_confidence_alert', `1 when that share is over ${ALERT_SHARE}.`, () =>
    defaulted.share() > ALERT_SHARE ? 1 : 0,
  );
  const windows = counter('windows_total', 'Windows opened.', ['side']);
  on('window.opened', ({ side }) => windows.inc({ side }));
  const openWindows = gauge('windows_open', 'Windows open now.');
  on('windows.counted', ({ open }) => openWindows.set(open));
  const decisions = counter(
    'decisions_total',
    'Decisions by each outcome they reached: PENDING while bots are asked, then their end.',
    ['outcome', 'reason'],
  );
  on('decision.ended', ({ outcome, reason }) => decisions.inc({ outcome, reason: reason ?? '' }));
  on('decision.committed', ({ outcome, reason, count }) => decisions.inc({ outcome, reason: reason ?? '' }, count));

  const commits = seconds('journal_commit', 'Commits of the journal, from their beginning to the sync to disk.', {
    labels: ['file'],
    buckets: FAST,
  });
  const written = counter('journal_writes_total', 'Writes asked of the journal, many of them in one commit.', ['file']);
  on('journal.committed', ({ file, writes, durationMs }) => {
    commits.observe({ file }, durationMs / 1000);
    written.inc({ file }, writes);
  });
  const commitFailures = counter('journal_failures_total', 'Commits of the journal that failed.', ['file']);
  on('journal.failed', ({ file }) => commitFailures.inc({ file }));
  const forgotten = counter('journal_forgotten_total', 'Signals, decisions and studies removed for their age.', [
    'what',
  ]);
  on('journal.forgotten', ({ what, count }) => forgotten.inc({ what }, count));
  const workerLock = gauge('worker_lock_held', "1 while this process holds the worker's lock of its data folder.");
  on('worker.lock', ({ held }) => workerLock.set(held ? 1 : 0));

  const attempts = seconds('delivery_attempt', 'Requests to bots by what their answer meant.', {
    labels: ['bot', 'verdict'],
    buckets: SLOW,
  });
  on('attempt.answered', ({ bot, verdict, durationMs }) => attempts.observe({ bot, verdict }, durationMs / 1000));
  const deliveries = counter('deliveries_total', 'Deliveries by their end, each once.', ['bot', 'state']);
  const answerAfterClose = seconds('bot_answer_after_close', "From a window's close to the bot's answer.", {
    labels: ['bot', 'verdict'],
    buckets: SLOW,
  });
  on('attempt.answered', ({ bot, verdict, sinceCloseMs }) =>
    answerAfterClose.observe({ bot, verdict }, sinceCloseMs / 1000),
  );
  const sinceClose = seconds('delivery_after_close', "From a window's close to its delivery's end.", {
    labels: ['bot'],
    buckets: SLOW,
  });
  on('delivery.recorded', ({ bot, state, isEnd, sinceCloseMs }) => {
    if (!isEnd) return;
    deliveries.inc({ bot, state });
    sinceClose.observe({ bot }, sinceCloseMs / 1000);
  });

  const studies = seconds('study', 'Studies by their end.', { labels: ['state'], buckets: STUDY });
  on('study.finished', ({ state, durationMs }) => studies.observe({ state }, durationMs / 1000));
  const runs = counter('scheduled_searches_total', 'Scheduled searches of all pairs that have ended.');
  const pairs = new Gauge({
    name: 'paramgate_scheduled_pairs',
    help: 'Pairs of the last scheduled search by what became of them.',
    labelNames: ['outcome'],
    registers,
  });
  const stale = gauge('candles_stale_pairs', 'Pairs of the last scheduled search whose candles were stale.');
  const oldest = gauge('candles_oldest_age_seconds', 'Age of the oldest candles of the last scheduled search.');
  on('pairs.searched', (found) => {
    runs.inc();
    for (const outcome of ['searched', 'validated', 'published', 'renewed', 'skipped', 'failed'] as const)
      pairs.set({ outcome }, found[outcome]);
    stale.set(found.stale);
    oldest.set(found.oldestCandlesSeconds);
  });
  const published = counter('params_published_total', 'Exit levels published to the hub.');
  on('params.published', () => published.inc());

  return {
    text: () => registry.metrics(),
    contentType: registry.contentType,
    request: (route, status, durationMs) => {
      requests.inc({ route, status });
      durations.observe({ route }, durationMs / 1000);
    },
    graphqlError: (code) => errors.inc({ code }),
    close: () => {
      for (const end of ends) end();
    },
  };
}

/** Names as labels: the first `most` as they are, any others as `other`, so that nobody can fill the memory with made-up names. */
function openLabels(most: number): (name: string) => string {
  const known = new Set<string>();
  return (name) => {
    if (known.size < most) known.add(name);
    return known.has(name) ? name : 'other';
  };
}

function byName(registry: Registry, { name, help, label, read }: FigureByName): void {
  new Gauge({
    name: `paramgate_${name}`,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const values = await read().catch(() => []);
      this.reset();
      for (const [of, value] of values) this.set({ [label]: of }, value);
    },
  });
}
