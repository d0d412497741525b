// Settings and signals that tests vary.

import type { Signal } from '#domain/signal.ts';
import type { EnsembleSettings } from '#ensemble/settings.ts';

export const SETTINGS: EnsembleSettings = {
  intake: true,
  windowSeconds: 60,
  minAgreements: 1,
  minConfidence: 0.7,
  expectedFeeders: 5,
  tagId: false,
  overrides: [],
};

export const BOTS = [
  { name: 'BOT1', sides: ['LONG' as const] },
  { name: 'BOT2', sides: ['SHORT' as const] },
];

/** A journaled signal, LONG BTC/USDT of 75a at 0.89, that opens a window at `receivedAtMs` unless `parts` say otherwise. */
export function sampleSignal(parts: Partial<Signal> & { seq: number; receivedAtMs: number }): Signal {
  return {
    id: `s${parts.seq}`,
    pair: 'BTC/USDT',
    side: 'LONG',
    source: '75a',
    confidenceE4: 8900,
    confidenceDefaulted: false,
    leverage: null,
    enterTag: null,
    profitPct: null,
    safetyPct: null,
    sentAtMs: null,
    extras: null,
    credential: 'feeder',
    window: { openedAtMs: parts.receivedAtMs, closesAtMs: parts.receivedAtMs + 60_000 },
    ...parts,
  };
}
