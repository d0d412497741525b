// The steps that made gateway.db's tables what they are. One that was released is never changed.
import { DEAD_LETTER_POINTS, HUB_REQUESTS_TABLE, OUTBOX_TABLES } from './outbox-schema.ts';
import { GATEWAY_PAIRING } from './pairing.ts';
import { SIGNAL_POINTS } from './signal-points.ts';

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

/** What of the signals the shared hub has still to be told. */
const GATEWAY_3 = OUTBOX_TABLES + HUB_REQUESTS_TABLE;

/** In order; a file's version is how many of them it has been through. */
export const GATEWAY_STEPS: readonly string[] = [
  GATEWAY_1,
  GATEWAY_2,
  GATEWAY_3,
  GATEWAY_PAIRING,
  SIGNAL_POINTS,
  DEAD_LETTER_POINTS,
];
