// The alert rules and panels that are documented name figures that exist.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { healthFigures } from '#app/gateway-figures.ts';
import { outboxFigures } from '#app/outbox-figures.ts';
import type { OutboxStatus } from '#store/store.ts';
import { mark } from '#trace/trace.ts';
import { openTestFront } from './front.ts';

const alerts = readFileSync(new URL('../../docs/alerts.md', import.meta.url), 'utf8');
/** Figures that the app hands to the front beside those the front counts itself. */
const HANDED_IN = ['worker_silent_seconds', 'worker_alive', 'journal_writable'];
const FEEDERS = { silences: async () => [{ source: '75a', silent: true }] };
const BOT = {
  ...{ name: 'BOT1', sides: [], reachable: false, state: null, forceEntryEnabled: null, positionAdjustment: null },
  ...{ clockOffsetMs: null, lastAnswerAtMs: null, inFlight: 0, owed: 2, unsettled: 1, refusals: [] },
};
const OUTBOX: OutboxStatus = {
  ...{ holds: 'trades', bucket: 'B', rows: 2, bytes: 300, oldestAtMs: 4_000, deadLetters: 3, isBehind: true },
  ...{ breaker: 'open', alarm: 'unauthorized access' },
};
const OUTBOXES = {
  status: async () => [OUTBOX, { ...OUTBOX, rows: 5, oldestAtMs: null }],
  finish: async () => undefined,
};
const CLOCK = { now: () => ({ wallMs: 10_000, monotonicMs: 0 }), sleep: async () => undefined };
const HEALTH = healthFigures({ feeders: FEEDERS, bots: { all: async () => [BOT] }, pauses: { list: async () => [] } });

test('each figure in docs/alerts.md is told by /metrics, with its labels', async () => {
  const figures = [
    ...HANDED_IN.map((name) => ({ name, help: name, read: () => 0 })),
    ...HEALTH,
    ...outboxFigures(() => OUTBOXES, CLOCK),
  ];
  await using front = await openTestFront({ figures });
  mark('decision.committed', { outcome: 'FORWARDED', reason: 'FORWARDED', count: 1 });
  mark('signal.submitted', { source: '75a', result: 'accepted', defaulted: true });
  mark('attempt.answered', { bot: 'B', decisionId: 'd', verdict: 'trade', durationMs: 1, sinceCloseMs: 2 });
  mark('delivery.recorded', { bot: 'B', decisionId: 'd', state: 'DELIVERED', isEnd: true, sinceCloseMs: 1 });
  mark('journal.committed', { file: 'gateway', writes: 3, durationMs: 4 });
  mark('journal.failed', { file: 'gateway', error: 'full' });
  mark('journal.forgotten', { what: 'signals', count: 5 });
  mark('hub.failed', { kind: 'params', error: 'x', failure: 'unreachable' });
  const told = await (await fetch(`${front.url}/metrics`)).text();
  const named = [...new Set(alerts.match(/paramgate_[a-z_]+/g))].filter((name) => !name.endsWith('_'));
  expect(named.length).toBeGreaterThan(15);
  const missing = named.filter((name) => !new RegExp(`^${name}(_count)?[ {]`, 'm').test(told));
  expect(missing).toEqual([]);
  for (const line of [
    'paramgate_signals_total{source="75a",result="accepted"} 1',
    'paramgate_signals_defaulted_total 1',
    'paramgate_bot_answer_after_close_seconds_sum{bot="B",verdict="trade"} 0.002',
    'paramgate_journal_commit_seconds_sum{file="gateway"} 0.004',
    'paramgate_journal_writes_total{file="gateway"} 3',
    'paramgate_journal_failures_total{file="gateway"} 1',
    'paramgate_journal_forgotten_total{what="signals"} 5',
    'paramgate_feeder_silent{source="75a"} 1',
    'paramgate_bot_reachable{bot="BOT1"} 0',
    'paramgate_bot_owed{bot="BOT1"} 2',
    'paramgate_bot_unsettled{bot="BOT1"} 1',
    'paramgate_pauses_in_force{of="everything"} 0',
    'paramgate_outbox_rows{bucket="B"} 7',
    'paramgate_outbox_oldest_seconds{bucket="B"} 6',
    'paramgate_outbox_dead_letters{bucket="B"} 6',
    'paramgate_outbox_behind{bucket="B"} 1',
    'paramgate_outbox_breaker{bucket="B"} 1',
    'paramgate_outbox_denied{bucket="B"} 1',
  ]) {
    expect(told).toContain(line);
  }
});

test('failures of the hub are added up before they are compared, whatever failed', () => {
  const rules = alerts.split('\n').filter((line) => line.includes('paramgate_hub_failures_total['));
  expect(rules).toHaveLength(1);
  expect(rules[0]).toContain('sum without (failure) (increase(paramgate_hub_failures_total[10m])) > 3');
});

test('names of sources that somebody makes up do not become labels without end', async () => {
  await using front = await openTestFront();
  for (let at = 0; at < 300; at += 1)
    mark('signal.submitted', { source: `s${at}`, result: 'accepted', defaulted: false });
  const told = await (await fetch(`${front.url}/metrics`)).text();
  expect(told.match(/^paramgate_signals_total\{/gm)).toHaveLength(101);
  expect(told).toContain('paramgate_signals_total{source="other",result="accepted"} 200');
});

test('a figure that cannot be read is left out, and the others are told', async () => {
  const broken = { name: 'broken', help: 'x', label: 'of', read: async () => Promise.reject(new Error('no file')) };
  const whole = { name: 'whole', help: 'x', label: 'of', read: async () => [['a', 3]] as const };
  await using front = await openTestFront({ figures: [broken, whole] });
  const told = await (await fetch(`${front.url}/metrics`)).text();
  expect(told).toContain('paramgate_whole{of="a"} 3');
  expect(told).not.toContain('paramgate_broken{');
});
