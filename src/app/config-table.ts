// The configuration as one table: everything that can be set, under which names, what it means, and what stands there when nothing is set.
// The service, `paramgate config` and the README's table all come from here.
import { DEFAULT_BIN_EDGES } from '#domain/leverage-bin.ts';
import { botAddress, botList } from './bot-address.ts';
import { ascendingEdges, exitLevels, host, type Kind, number, oneOf, onOff, path } from './config-kind.ts';
import { feederList, feederLogin, keyList } from './credential.ts';
import { confidence, minAgreements, overrideList, windowSeconds } from './ensemble-override.ts';
import { INFLUX_ROWS } from './influx-rows.ts';
import { OUTBOX_ROWS } from './outbox-rows.ts';
import { SEARCH_ROWS } from './search-rows.ts';
import type { Settings } from './settings.ts';

/** One row: the variable (null: only the file has it), the kind of value, its default as text (null: not set), and its meaning. */
export interface Row<T> {
  readonly env: string | null;
  readonly kind: Kind<NonNullable<T>>;
  readonly fallback: string | readonly never[] | null;
  readonly meaning: string;
  readonly secret?: boolean;
}

export type Table = { readonly [K in keyof Settings]: Row<Settings[K]> };

const port = number({ min: 0, max: 65_535, whole: true });
/** The table, in the order in which it is documented. */
export const TABLE: Table = {
  host: {
    env: 'PARAMGATE_HOST',
    kind: host,
    fallback: '127.0.0.1',
    meaning: 'Address to listen on. Other than loopback only with keys or logins.',
  },
  port: { env: 'PARAMGATE_PORT', kind: port, fallback: '4000', meaning: 'Port of the gateway; 0 takes any free one.' },
  workerPort: {
    env: 'PARAMGATE_WORKER_PORT',
    kind: port,
    fallback: null,
    meaning: "Port of a separate worker's `/healthz`, `/readyz` and `/metrics`; not set: none.",
  },
  data: {
    env: 'PARAMGATE_DATA',
    kind: path,
    fallback: './data',
    meaning: 'Data folder on a local disk: the journal, the embedded hub, the locks.',
  },
  intake: {
    env: 'PARAMGATE_INTAKE',
    kind: onOff,
    fallback: 'on',
    meaning: 'Whether this gateway takes signals; exactly one host of a fleet does.',
  },
  ...INFLUX_ROWS,
  ...OUTBOX_ROWS,
  figuresSeconds: {
    env: 'PARAMGATE_FIGURES_SECONDS',
    kind: number({ min: 0, max: 3_600 }),
    fallback: '30',
    meaning: 'How long figures of the hub are served from memory before they are read again; 0 reads on every request.',
  },
  maxStaleSeconds: {
    env: 'PARAMGATE_MAX_STALE_SECONDS',
    kind: number({ min: 0, max: 604_800 }),
    fallback: '3600',
    meaning: 'How long the last figures are served while the hub cannot be read; then FALLBACK.',
  },
  optunaMaxAgeHours: {
    env: 'PARAMGATE_OPTUNA_MAX_AGE_HOURS',
    kind: number({ above: 0, max: 87_600 }),
    fallback: '168',
    meaning: 'Published levels older than this are not served.',
  },
  minTradesForBin: {
    env: 'PARAMGATE_MIN_TRADES_FOR_BIN',
    kind: number({ min: 1, max: 1_000_000, whole: true }),
    fallback: '5',
    meaning: 'Closed trades a leverage bin needs before it answers.',
  },
  lookbackDays: {
    env: 'PARAMGATE_LOOKBACK_DAYS',
    kind: number({ min: 1, max: 3_650, whole: true }),
    fallback: '30',
    meaning: 'Days of closed trades that make the leverage bins.',
  },
  binEdges: {
    env: 'PARAMGATE_BIN_EDGES',
    kind: ascendingEdges,
    fallback: DEFAULT_BIN_EDGES.join(','),
    meaning: 'Edges of the leverage bins, ascending, e.g. `1,2,3.5,5,7.5,10`; bins are half-open.',
  },
  riskCapPct: {
    env: 'PARAMGATE_RISK_CAP_PCT',
    kind: number({ above: -100, below: 0 }),
    fallback: '-7',
    meaning: 'The loosest stop at account level, percent.',
  },
  fallback: {
    env: 'PARAMGATE_FALLBACK',
    kind: exitLevels,
    fallback: '-2:1',
    meaning: 'Stop and target (position level, percent) when nothing better is known.',
  },
  windowSeconds: {
    env: 'PARAMGATE_WINDOW_SECONDS',
    kind: windowSeconds,
    fallback: '60',
    meaning: 'How long signals of one pair and side are collected.',
  },
  minAgreements: {
    env: 'PARAMGATE_MIN_AGREEMENTS',
    kind: minAgreements,
    fallback: '1',
    meaning: 'Votes a decision needs.',
  },
  minConfidence: {
    env: 'PARAMGATE_MIN_CONFIDENCE',
    kind: confidence,
    fallback: '0.70',
    meaning: 'Mean confidence a decision needs.',
  },
  expectedFeeders: {
    env: 'PARAMGATE_EXPECTED_FEEDERS',
    kind: number({ min: 1, max: 1_000, whole: true }),
    fallback: '5',
    meaning: 'How many feeders there are; shown as `votes/expected` in the tag.',
  },
  missingConfidence: {
    env: 'PARAMGATE_MISSING_CONFIDENCE',
    kind: confidence,
    fallback: null,
    meaning: 'Confidence of signals that name none (marked, logged and counted); not set: such signals are refused.',
  },
  tagId: {
    env: null,
    kind: onOff,
    fallback: 'off',
    meaning: 'Append ` id=...` to the tag of forwarded orders, which makes settling exact.',
  },
  overrides: {
    env: null,
    kind: overrideList,
    fallback: [],
    meaning:
      'Other rules for some: `[{pair, side, windowSeconds, minAgreements, minConfidence}]`; pair and side win over pair, pair over side.',
  },
  deliveryTtlSeconds: {
    env: 'PARAMGATE_DELIVERY_TTL_SECONDS',
    kind: number({ above: 0, max: 3_600 }),
    fallback: '30',
    meaning: "How long after the window's close an attempt at a bot may start.",
  },
  botTimeoutSeconds: {
    env: 'PARAMGATE_BOT_TIMEOUT_SECONDS',
    kind: number({ above: 0, max: 600 }),
    fallback: '30',
    meaning: "How long a bot's answer is awaited.",
  },
  settleSeconds: {
    env: 'PARAMGATE_SETTLE_SECONDS',
    kind: number({ min: 0, max: 86_400 }),
    fallback: '300',
    meaning: 'How long the trade of an attempt with unknown end is looked for.',
  },
  journalDays: {
    env: 'PARAMGATE_JOURNAL_DAYS',
    kind: number({ min: 1, max: 36_500, whole: true }),
    fallback: '30',
    meaning:
      'How long signals (with their idempotency keys) and decisions are kept; what is open or unsettled always is.',
  },
  dryRun: {
    env: 'PARAMGATE_DRY_RUN',
    kind: onOff,
    fallback: 'off',
    meaning:
      'Decide as always, but send nothing to any bot: such decisions end EXPIRED, their detail says `dry run: not sent`.',
  },
  botLong: {
    env: 'PARAMGATE_BOT_LONG',
    kind: botAddress,
    fallback: null,
    secret: true,
    meaning: 'The bot that takes LONG (BOT1): `http://USER:PASSWORD@HOST:8080`.',
  },
  botShort: {
    env: 'PARAMGATE_BOT_SHORT',
    kind: botAddress,
    fallback: null,
    secret: true,
    meaning: 'The bot that takes SHORT (BOT2); the same address as LONG: one bot takes both.',
  },
  bots: {
    env: null,
    kind: botList,
    fallback: [],
    secret: true,
    meaning:
      'Instead of the two above: `[{name, url, username, password, sides: ["LONG"], recordTrades: true}]`, any number of bots; docs/trades.md says what `recordTrades` does.',
  },
  keys: {
    env: 'PARAMGATE_KEYS',
    kind: keyList,
    fallback: [],
    secret: true,
    meaning:
      'Who may call: `ROLE/NAME:KEY,...`, roles `bot`, `feeder`, `operator`; in the file `[{name, role, key}]`. Without any key or login every caller is an operator.',
  },
  feederBasic: {
    env: 'PARAMGATE_FEEDER_BASIC',
    kind: feederLogin,
    fallback: null,
    secret: true,
    meaning: "`USER:PASSWORD` that feeders' freqtrade clients log in with under `/api/v1`; may speak for any source.",
  },
  feeders: {
    env: null,
    kind: feederList,
    fallback: [],
    secret: true,
    meaning:
      'Feeders that speak for certain sources only: `[{name, username, password, key, sources: ["75a"]}]`, with a login for `/api/v1`, a key, or both.',
  },
  tlsCert: {
    env: 'PARAMGATE_TLS_CERT',
    kind: path,
    fallback: null,
    meaning: 'Certificate chain (PEM) to serve HTTPS; with `PARAMGATE_TLS_KEY`.',
  },
  tlsKey: { env: 'PARAMGATE_TLS_KEY', kind: path, fallback: null, meaning: 'Private key (PEM) of the certificate.' },
  candles: {
    env: 'PARAMGATE_CANDLES',
    kind: path,
    fallback: null,
    meaning: 'Folder with candles as freqtrade keeps them, for searches.',
  },
  ...SEARCH_ROWS,
  logLevel: {
    env: 'PARAMGATE_LOG_LEVEL',
    kind: oneOf(['debug', 'info', 'warn', 'error']),
    fallback: 'info',
    meaning: 'Least level that is logged: debug, info, warn or error.',
  },
};
