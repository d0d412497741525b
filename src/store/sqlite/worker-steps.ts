// The steps that made worker.db's tables what they are. One that was released is never changed.
import { DEAD_LETTER_POINTS, OUTBOX_TABLES, toldColumn } from './outbox-schema.ts';
import { WORKER_PAIRING } from './pairing.ts';

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

/** What of the decisions the shared hub has still to be told. */
const WORKER_4 = OUTBOX_TABLES + toldColumn('decisions');

/** The trials of studies that sample, for those who take them up and for those who ask. */
const WORKER_5 = `
CREATE TABLE trials (
  studyId TEXT NOT NULL,
  search INTEGER NOT NULL,
  number INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (studyId, search, number)
) STRICT, WITHOUT ROWID;
`;

/** In order; a file's version is how many of them it has been through. */
export const WORKER_STEPS: readonly string[] = [
  WORKER_1,
  WORKER_2,
  WORKER_3,
  WORKER_4,
  WORKER_5,
  WORKER_PAIRING,
  DEAD_LETTER_POINTS,
];
