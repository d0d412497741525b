// The tables of an outbox: what the hub has still to be told (in order), what it will never take, and where both stand. Every file whose rows the fleet
// should remember has these, so that the row that travels is committed with the row it tells of.

/** `place`: where in the hub it belongs, by the name of that place and not of its bucket. `ref`: what it tells of, as JSON, where readers of this instance see it before the hub has it. */
export const OUTBOX_TABLES = `
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  place TEXT NOT NULL,
  line TEXT NOT NULL,
  ref TEXT,
  atMs INTEGER NOT NULL
) STRICT;
CREATE TABLE deadLetters (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  place TEXT NOT NULL,
  line TEXT NOT NULL,
  ref TEXT,
  atMs INTEGER NOT NULL,
  refusedAtMs INTEGER NOT NULL,
  status INTEGER NOT NULL,
  words TEXT NOT NULL
) STRICT;
CREATE TABLE outboxState (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  rows INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  dead INTEGER NOT NULL,
  lastLine TEXT,
  walkAt INTEGER,
  walkId TEXT,
  walkSkips INTEGER NOT NULL,
  requestSeq INTEGER NOT NULL
) STRICT;
INSERT INTO outboxState VALUES (1, 0, 0, 0, NULL, NULL, NULL, 0, 0);
`;

/**
 * One dead letter per point: `point` is the name of a line's point (its series and time), or the words of what no line can say. Those of before are named
 * by their line.
 */
export const DEAD_LETTER_POINTS = `
ALTER TABLE deadLetters ADD COLUMN point TEXT NOT NULL DEFAULT '';
UPDATE deadLetters SET point = iif(line = '', words, line);
DELETE FROM deadLetters WHERE id NOT IN (SELECT max(id) FROM deadLetters GROUP BY point, place);
UPDATE outboxState SET dead = (SELECT count(*) FROM deadLetters);
CREATE UNIQUE INDEX deadLettersByPoint ON deadLetters (point, place);
`;

/** What operators ask of dead letters: `file` is a kind of file, `ids` a JSON array or NULL for all. */
export const HUB_REQUESTS_TABLE = `
CREATE TABLE hubRequests (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  verb TEXT NOT NULL CHECK (verb IN ('retry', 'drop')),
  file TEXT NOT NULL,
  ids TEXT
) STRICT;
`;

/** Marks the rows of `table` that belong into the shared hub. */
export function toldColumn(table: string): string {
  return `ALTER TABLE ${table} ADD COLUMN told INTEGER;\n`;
}
