// The four files of a data folder: where they lie, how they are known (application id), and the steps that made their tables what they are.
// A step, once released, is never changed: `user_version` counts the steps a file has been through.
import { join } from 'node:path';

export type FileKind = 'gateway' | 'worker' | 'trades' | 'params';

/** One file: its path below the data folder, its application id, and its schema as ascending steps. */
export interface FileFormat {
  readonly path: string;
  readonly applicationId: number;
  readonly steps: readonly string[];
}

const GATEWAY_1 = `
CREATE TABLE signals (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  credential TEXT NOT NULL,
  idempotencyKey TEXT,
  contentHash TEXT NOT NULL,
  receivedAtMs INTEGER NOT NULL,
  windowOpenedAtMs INTEGER NOT NULL,
  windowClosesAtMs INTEGER NOT NULL,
  pair TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('LONG', 'SHORT')),
  source TEXT NOT NULL,
  confidenceE4 INTEGER NOT NULL,
  confidenceDefaulted INTEGER NOT NULL,
  leverage REAL,
  enterTag TEXT,
  profitPct REAL,
  safetyPct REAL,
  sentAtMs INTEGER,
  extras TEXT
) STRICT;
CREATE UNIQUE INDEX signalsByKey ON signals (credential, idempotencyKey) WHERE idempotencyKey IS NOT NULL;
CREATE UNIQUE INDEX signalsBySending ON signals (source, pair, side, sentAtMs) WHERE sentAtMs IS NOT NULL;
CREATE INDEX signalsByMarket ON signals (pair, side, seq);
CREATE TABLE studyRequests (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  atMs INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('start', 'cancel', 'keep')),
  studyId TEXT NOT NULL,
  body TEXT,
  plane BLOB
) STRICT;
CREATE INDEX studyRequestsByStudy ON studyRequests (studyId);
`;

const WORKER_1 = `
CREATE TABLE decisions (
  id TEXT PRIMARY KEY,
  pair TEXT NOT NULL,
  side TEXT NOT NULL CHECK (side IN ('LONG', 'SHORT')),
  outcome TEXT NOT NULL,
  reason TEXT,
  detail TEXT,
  votes INTEGER NOT NULL,
  expectedFeeders INTEGER NOT NULL,
  confidenceE4 INTEGER NOT NULL,
  confidenceDefaulted INTEGER NOT NULL,
  sources TEXT NOT NULL,
  leverage REAL,
  enterTag TEXT NOT NULL,
  conflict INTEGER NOT NULL,
  windowOpenedAtMs INTEGER NOT NULL,
  windowClosesAtMs INTEGER NOT NULL,
  decidedAtMs INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX decisionsByClose ON decisions (windowClosesAtMs, id);
CREATE INDEX decisionsByPair ON decisions (pair, windowClosesAtMs, id, outcome, side);
CREATE INDEX decisionsByOutcome ON decisions (outcome, windowClosesAtMs, id, side);
CREATE INDEX decisionsBySide ON decisions (side, windowClosesAtMs, id);
CREATE TABLE decisionSources (
  source TEXT NOT NULL,
  windowClosesAtMs INTEGER NOT NULL,
  decisionId TEXT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (source, windowClosesAtMs, decisionId)
) STRICT, WITHOUT ROWID;
CREATE INDEX decisionSourcesByOutcome ON decisionSources (source, outcome, windowClosesAtMs, decisionId);
CREATE TABLE fates (
  seq INTEGER PRIMARY KEY,
  signalId TEXT NOT NULL UNIQUE,
  decisionId TEXT NOT NULL,
  counted INTEGER NOT NULL
) STRICT;
CREATE INDEX fatesByDecision ON fates (decisionId, seq);
CREATE TABLE deliveries (
  decisionId TEXT NOT NULL,
  bot TEXT NOT NULL,
  state TEXT NOT NULL,
  tradeId TEXT,
  detail TEXT,
  settleUntilMs INTEGER,
  heldUntilMs INTEGER,
  PRIMARY KEY (decisionId, bot)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveriesUnfinished ON deliveries (decisionId)
  WHERE state = 'PENDING' OR settleUntilMs IS NOT NULL OR heldUntilMs IS NOT NULL;
CREATE TABLE attempts (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  decisionId TEXT NOT NULL,
  bot TEXT NOT NULL,
  atMs INTEGER NOT NULL,
  finishedAtMs INTEGER,
  status INTEGER,
  error TEXT,
  durationMs REAL,
  open INTEGER NOT NULL
) STRICT;
CREATE INDEX attemptsByDelivery ON attempts (decisionId, bot, seq);
CREATE UNIQUE INDEX attemptsOneOpenPerBot ON attempts (bot) WHERE open = 1;
CREATE TABLE settledTrades (
  bot TEXT NOT NULL,
  tradeId TEXT NOT NULL,
  openedAtMs INTEGER NOT NULL,
  decisionId TEXT NOT NULL,
  PRIMARY KEY (bot, tradeId, openedAtMs)
) STRICT, WITHOUT ROWID;
CREATE TABLE studies (
  id TEXT PRIMARY KEY,
  pair TEXT NOT NULL,
  state TEXT NOT NULL,
  createdAtMs INTEGER NOT NULL,
  body TEXT NOT NULL,
  plane BLOB
) STRICT;
CREATE INDEX studiesByCreation ON studies (createdAtMs, id);
CREATE INDEX studiesByPair ON studies (pair, createdAtMs, id);
CREATE INDEX studiesUnfinished ON studies (createdAtMs, id) WHERE state IN ('QUEUED', 'RUNNING');
CREATE TABLE studyRequestsSeen (only INTEGER PRIMARY KEY CHECK (only = 1), seq INTEGER NOT NULL) STRICT;
INSERT INTO studyRequestsSeen VALUES (1, 0);
`;

/** How far decisions are complete, what changed when, and where a delivery's time counts from. */
const WORKER_2 = `
ALTER TABLE decisions ADD COLUMN dueAtMs INTEGER;
CREATE TABLE aggregation (only INTEGER PRIMARY KEY CHECK (only = 1), decidedUpToSeq INTEGER NOT NULL) STRICT;
INSERT INTO aggregation VALUES (1, 0);
CREATE TABLE changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  decisionId TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT,
  detail TEXT
) STRICT;
CREATE INDEX changesByDecision ON changes (decisionId);
CREATE INDEX settledTradesByDecision ON settledTrades (decisionId);
`;

/** What operators pause, and what is counted of feeders: the last day's signals are counted for a file that has some. */
const GATEWAY_2 = `
CREATE TABLE pauses (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  pair TEXT,
  side TEXT,
  source TEXT,
  bot TEXT,
  reason TEXT NOT NULL,
  author TEXT NOT NULL,
  createdAtMs INTEGER NOT NULL,
  untilMs INTEGER,
  endedAtMs INTEGER,
  endedBy TEXT
) STRICT;
CREATE INDEX pausesNotEnded ON pauses (seq, untilMs) WHERE endedAtMs IS NULL;
CREATE TABLE feeders (
  source TEXT PRIMARY KEY,
  beatAtMs INTEGER NOT NULL,
  lastAtMs INTEGER NOT NULL,
  intervals INTEGER NOT NULL,
  meanMs REAL NOT NULL,
  deviationMs REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX feedersByLast ON feeders (lastAtMs);
CREATE TABLE feederMinutes (
  source TEXT NOT NULL,
  atMs INTEGER NOT NULL,
  signals INTEGER NOT NULL,
  defaulted INTEGER NOT NULL,
  PRIMARY KEY (source, atMs)
) STRICT, WITHOUT ROWID;
INSERT INTO feeders SELECT source, max(receivedAtMs), max(receivedAtMs), 0, 0, 0 FROM signals GROUP BY source;
INSERT INTO feederMinutes SELECT source, receivedAtMs - receivedAtMs % 60000 AS atMs, count(*), sum(confidenceDefaulted) FROM signals
  WHERE receivedAtMs > (SELECT max(receivedAtMs) FROM signals) - 90000000 GROUP BY source, atMs;
`;

/** Which pause stopped what, what the worker knows of bots, and what is counted of votes and refusals. */
const WORKER_3 = `
ALTER TABLE decisions ADD COLUMN pauseId TEXT;
ALTER TABLE deliveries ADD COLUMN pauseId TEXT;
ALTER TABLE changes ADD COLUMN pauseId TEXT;
CREATE TABLE bots (name TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE refusals (
  bot TEXT NOT NULL,
  decisionId TEXT NOT NULL,
  atMs INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (bot, decisionId)
) STRICT, WITHOUT ROWID;
CREATE INDEX refusalsByTime ON refusals (atMs, bot, text);
CREATE TABLE voteMinutes (
  source TEXT NOT NULL,
  atMs INTEGER NOT NULL,
  votes INTEGER NOT NULL,
  joined INTEGER NOT NULL,
  forwarded INTEGER NOT NULL,
  PRIMARY KEY (source, atMs)
) STRICT, WITHOUT ROWID;
INSERT INTO voteMinutes SELECT s.source, s.windowClosesAtMs - s.windowClosesAtMs % 60000 AS atMs, count(*), sum(d.votes > 1),
  sum(d.outcome = 'FORWARDED') FROM decisionSources s JOIN decisions d ON d.id = s.decisionId
  WHERE s.windowClosesAtMs > (SELECT max(windowClosesAtMs) FROM decisions) - 90000000 GROUP BY s.source, atMs;
`;

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

/** 'PGA' and a letter per file, so that files put in each other's place are noticed. */
export const FORMATS: Readonly<Record<FileKind, FileFormat>> = {
  gateway: { path: 'gateway.db', applicationId: 0x50474147, steps: [GATEWAY_1, GATEWAY_2] },
  worker: { path: 'worker.db', applicationId: 0x50474157, steps: [WORKER_1, WORKER_2, WORKER_3] },
  trades: { path: join('hub', 'trades.db'), applicationId: 0x50474154, steps: [TRADES_1] },
  params: { path: join('hub', 'params.db'), applicationId: 0x50474150, steps: [PARAMS_1] },
};

/** Where the file of `kind` lies in the data folder. */
export function pathOf(folder: string, kind: FileKind): string {
  return join(folder, FORMATS[kind].path);
}
