// The files of a data folder: where they lie, how they are known (application id), and the steps that made their tables what they are.
// A step, once released, is never changed: `user_version` counts the steps a file has been through.
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { CANDLES_1 } from './candles.ts';
import { GATEWAY_STEPS } from './gateway-steps.ts';
import { IMPORTS_1 } from './imports.ts';
import { DEAD_LETTER_POINTS, OUTBOX_TABLES, toldColumn } from './outbox-schema.ts';
import { numberTrades, TRADE_POINTS } from './trade-points.ts';
import { WORKER_STEPS } from './worker-steps.ts';

export type FileKind = 'gateway' | 'worker' | 'trades' | 'params' | 'candles' | 'imports';

/** One file: its path below the data folder, its application id, and its schema as ascending steps. */
export interface FileFormat {
  readonly path: string;
  readonly applicationId: number;
  readonly steps: readonly string[];
  /** What steps do that SQL cannot say, each right after its step. */
  readonly after?: ReadonlyMap<string, (db: DatabaseSync) => void>;
}

const TRADES_1 = `
CREATE TABLE trades (
  bot TEXT NOT NULL,
  tradeId TEXT NOT NULL,
  pair TEXT NOT NULL,
  openedAtMs INTEGER NOT NULL,
  closedAtMs INTEGER NOT NULL,
  side TEXT NOT NULL,
  leverage REAL,
  profitPct REAL,
  stopLossPct REAL,
  takeProfitPct REAL,
  enterTag TEXT,
  exitReason TEXT,
  PRIMARY KEY (bot, tradeId, pair, openedAtMs)
) STRICT, WITHOUT ROWID;
CREATE INDEX tradesByClose ON trades (closedAtMs, leverage, side, pair, profitPct, stopLossPct, takeProfitPct);
`;

const PARAMS_1 = `
CREATE TABLE params (
  pair TEXT NOT NULL,
  side TEXT NOT NULL,
  atMs INTEGER NOT NULL,
  stopLossPct REAL,
  takeProfitPct REAL,
  winRate REAL,
  profitFactor REAL,
  totalTrades INTEGER,
  validated INTEGER,
  studyId TEXT,
  pbo REAL,
  oosProfitFactor REAL,
  PRIMARY KEY (pair, side)
) STRICT, WITHOUT ROWID;
`;

/** What of them the shared hub has still to be told. */
const TRADES_2 = OUTBOX_TABLES + toldColumn('trades');
const PARAMS_2 = OUTBOX_TABLES + toldColumn('params');

/** 'PGA' and a letter per file, so that files put in each other's place are noticed. */
export const FORMATS: Readonly<Record<FileKind, FileFormat>> = {
  gateway: { path: 'gateway.db', applicationId: 0x50474147, steps: GATEWAY_STEPS },
  worker: { path: 'worker.db', applicationId: 0x50474157, steps: WORKER_STEPS },
  trades: {
    path: join('hub', 'trades.db'),
    applicationId: 0x50474154,
    steps: [TRADES_1, TRADES_2, TRADE_POINTS, DEAD_LETTER_POINTS],
    after: new Map([[TRADE_POINTS, numberTrades]]),
  },
  params: {
    path: join('hub', 'params.db'),
    applicationId: 0x50474150,
    steps: [PARAMS_1, PARAMS_2, DEAD_LETTER_POINTS],
  },
  candles: { path: join('hub', 'candles.db'), applicationId: 0x50474143, steps: [CANDLES_1] },
  imports: { path: join('hub', 'imports.db'), applicationId: 0x50474149, steps: [IMPORTS_1] },
};

/** Where the file of `kind` lies in the data folder. */
export function pathOf(folder: string, kind: FileKind): string {
  return join(folder, FORMATS[kind].path);
}
