// Metrics: the rooms pass their points, Prometheus hears of them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDefaultedShare } from '#http/defaulted-share.ts';
import { mark } from '#trace/trace.ts';
import { manualClock } from '../support/manual-clock.ts';
import { openTestFront, type TestFront } from './front.ts';

let front: TestFront;
beforeAll(async () => {
  front = await openTestFront();
});
afterAll(() => front.server.close());

const text = async () => (await fetch(`${front.url}/metrics`)).text();

describe('/metrics', () => {
  it('counts what the rooms mark', async () => {
    mark('exits.answered', { source: 'OPTUNA', stale: false });
    mark('exits.answered', { source: 'OPTUNA', stale: false });
    mark('hub.read', { kind: 'params', durationMs: 2 });
    mark('hub.failed', { kind: 'trades', error: 'x', failure: 'unreachable' });
    mark('trades.recorded', { recorded: 3, duplicates: 2 });
    mark('windows.counted', { open: 4 });
    mark('decision.committed', { outcome: 'PENDING', reason: null, count: 3 });
    mark('decision.ended', { decisionId: 'd1', outcome: 'FORWARDED', reason: 'FORWARDED' });
    mark('decision.ended', { decisionId: 'd2', outcome: 'FORWARDED', reason: 'FORWARDED' });
    mark('attempt.answered', { bot: 'BOT1', decisionId: 'd', verdict: 'taken', durationMs: 40, sinceCloseMs: 90 });
    const delivery = { bot: 'BOT1', decisionId: 'd', sinceCloseMs: 150 };
    mark('delivery.recorded', { ...delivery, state: 'PENDING', isEnd: false });
    mark('delivery.recorded', { ...delivery, state: 'DELIVERED', isEnd: true });
    mark('delivery.recorded', { ...delivery, state: 'DELIVERED', isEnd: false });
    mark('study.finished', { id: 's', state: 'COMPLETE', durationMs: 900 });
    mark('params.published', { pair: 'BTC/USDT' });
    const said = await text();
    for (const line of [
      'paramgate_exit_params_total{source="OPTUNA",stale="false"} 2',
      'paramgate_hub_read_seconds_count{kind="params"} 1',
      'paramgate_hub_failures_total{kind="trades",failure="unreachable"} 1',
      'paramgate_trades_total{result="recorded"} 3',
      'paramgate_trades_total{result="duplicate"} 2',
      'paramgate_windows_open 4',
      'paramgate_decisions_total{outcome="PENDING",reason=""} 3',
      'paramgate_decisions_total{outcome="FORWARDED",reason="FORWARDED"} 2',
      'paramgate_delivery_attempt_seconds_count{bot="BOT1",verdict="taken"} 1',
      'paramgate_deliveries_total{bot="BOT1",state="DELIVERED"} 1',
      'paramgate_study_seconds_count{state="COMPLETE"} 1',
      'paramgate_params_published_total 1',
    ]) {
      expect(said).toContain(line);
    }
  });

  it('counts requests by route and status, and errors by code, and no path a caller makes up', async () => {
    await front.ask('{ nope }');
    await fetch(`${front.url}/made/up`);
    const said = await text();
    expect(said).toContain('paramgate_http_requests_total{route="/graphql",status="200"} 1');
    expect(said).toContain('paramgate_http_requests_total{route="other",status="404"} 1');
    expect(said).toContain('paramgate_graphql_errors_total{code="GRAPHQL_VALIDATION_FAILED"} 1');
    expect(said).not.toContain('made');
  });

  it('alarms when more than a tenth of the last hour came without a confidence', async () => {
    const accepted = (defaulted: boolean) => mark('signal.submitted', { source: '75a', result: 'accepted', defaulted });
    accepted(true);
    for (let count = 0; count < 8; count += 1) accepted(false);
    expect(await text()).toContain('paramgate_defaulted_confidence_alert 1');
    accepted(false);
    expect(await text()).toContain('paramgate_defaulted_confidence_alert 0');
    mark('signal.submitted', { source: '75a', result: 'duplicate', defaulted: true });
    expect(await text()).toContain('paramgate_defaulted_confidence_alert 0');
  });

  it('hears nothing more once the server is closed', async () => {
    const other = await openTestFront();
    await other.server.close();
    mark('params.published', { pair: 'BTC/USDT' });
    expect(await text()).toContain('paramgate_params_published_total 2');
  });
});

describe('the share of defaulted confidences', () => {
  it('forgets what is older than an hour', async () => {
    const clock = manualClock();
    const share = openDefaultedShare(clock);
    expect(share.share()).toBe(0);
    share.count(true);
    await clock.advance(59 * 60_000);
    share.count(false);
    expect(share.share()).toBe(0.5);
    await clock.advance(60_000);
    expect(share.share()).toBe(0);
    await clock.advance(3_600_000);
    share.count(true);
    expect(share.share()).toBe(1);
  });
});
