// kill -9 at every named point of the walk from signal to bot, then a restart: nothing accepted is missing, nothing is done twice.

import { describe, expect, test } from 'vitest';
import { openStandInBot, type StandInBot } from '#demo/stand-in-bot.ts';
import { type Service, type StartOptions, startService, temporaryFolder, until } from '../support/executable.ts';

const SUBMIT = `mutation($input: SubmitSignalInput!) { submitSignal(input: $input) { duplicate signal { id } } }`;
const DECISIONS = `{ ensembleDecisions(first: 50) { nodes { id pair outcome reason enterTag signals { id }
  deliveries { bot state tradeId attempts { at status error } } } } }`;

interface DecisionAnswer {
  readonly id: string;
  readonly pair: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly enterTag: string;
  readonly signals: readonly { readonly id: string }[];
  readonly deliveries: readonly {
    readonly bot: string;
    readonly state: string;
    readonly attempts: readonly object[];
  }[];
}

const decisionsOf = async (service: Service): Promise<readonly DecisionAnswer[]> =>
  (await service.ask<{ ensembleDecisions: { nodes: DecisionAnswer[] } }>(DECISIONS)).ensembleDecisions.nodes;

function options(bot: StandInBot, more: StartOptions = {}): StartOptions {
  return {
    ...more,
    env: {
      PARAMGATE_WINDOW_SECONDS: '1',
      PARAMGATE_BOT_TIMEOUT_SECONDS: '1',
      PARAMGATE_SETTLE_SECONDS: '3',
      PARAMGATE_BOT_LONG: bot.url.replace('http://', `http://${bot.username}:${bot.password}@`),
      ...more.env,
    },
  };
}

/** Sends one signal with an idempotency key; undefined when the service died before it answered. */
async function submit(service: Service, pair: string): Promise<{ id: string; duplicate: boolean } | undefined> {
  try {
    const input = { pair, side: 'LONG', source: '75a', confidence: 0.9, idempotencyKey: `key-${pair}` };
    const { submitSignal } = await service.ask<{ submitSignal: { duplicate: boolean; signal: { id: string } } }>(
      SUBMIT,
      { input },
    );
    return { id: submitSignal.signal.id, duplicate: submitSignal.duplicate };
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

describe('kill -9 and restart', () => {
  // After the intent is journaled the end is unknown to the next process: it looks for the trade and never sends again.
  const points = [
    { point: 'signal.committed', answered: false, outcomes: ['FORWARDED'], orders: 1 },
    { point: 'window.opened', answered: undefined, outcomes: ['FORWARDED'], orders: 1 },
    { point: 'decision.deciding', answered: true, outcomes: ['FORWARDED'], orders: 1 },
    { point: 'decision.committed', answered: true, outcomes: ['FORWARDED'], orders: 1 },
    { point: 'attempt.intended', answered: true, outcomes: ['UNKNOWN'], orders: 0 },
    { point: 'attempt.answered', answered: true, outcomes: ['FORWARDED'], orders: 1 },
    { point: 'delivery.recorded', answered: true, outcomes: ['FORWARDED'], orders: 1 },
  ] as const;

  test.concurrent.each(points)(
    'at $point: $orders order(s), $outcomes',
    async ({ point, answered, outcomes, orders }) => {
      await using folder = await temporaryFolder();
      await using bot = await openStandInBot();
      const first = await startService(folder.path, options(bot, { crashAt: point }));
      const receipt = await submit(first, 'BTC/USDT:USDT');
      if (answered !== undefined) expect(receipt !== undefined).toBe(answered);
      expect(await first.ended).toBe('SIGKILL');

      const second = await startService(folder.path, options(bot));
      const resent = await submit(second, 'BTC/USDT:USDT');
      expect(resent?.duplicate, 'the signal was journaled before the kill').toBe(true);
      if (receipt !== undefined) expect(resent?.id).toBe(receipt.id);

      const [decision, ...others] = await until(
        () => decisionsOf(second),
        (nodes) => nodes.length > 0 && nodes[0]?.outcome !== 'PENDING',
      );
      const settled = outcomes.includes('FORWARDED' as never)
        ? (
            await until(
              () => decisionsOf(second),
              (nodes) => nodes[0]?.outcome === 'FORWARDED',
            )
          )[0]
        : decision;
      expect(others).toEqual([]);
      expect(outcomes).toContain(settled?.outcome);
      expect(settled?.signals.map((signal) => signal.id)).toEqual([resent?.id]);
      expect(settled?.deliveries.map((delivery) => delivery.attempts.length)).toEqual([1]);
      expect(bot.orders().length).toBe(orders);
      expect(await second.stop()).toBe(0);
    },
  );
});
