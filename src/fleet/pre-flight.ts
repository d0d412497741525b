// What must be known of a bot before an order is sent to it: may it enter by force, does its trader run, would an order add to a position?
import type { TradeRow } from './trade-row.ts';
import { isRecord } from './trade-row.ts';

/** The part of /show_config that decides. `state` is freqtrade's word; empty during start-up. */
export interface BotSettings {
  readonly forceEntry: boolean;
  readonly state: string;
  readonly positionAdjustment: boolean;
}

/** Whether an order may leave: `go`; `refuse`: never; `wait`: not now, ask again. */
export type PreFlight = { readonly kind: 'go' } | { readonly kind: 'refuse' | 'wait'; readonly text: string };

/** The settings in the JSON of /show_config; undefined when it is not freqtrade's. */
export function readSettings(json: unknown): BotSettings | undefined {
  if (!isRecord(json)) return undefined;
  const { force_entry_enable: forceEntry, state, position_adjustment_enable: positionAdjustment } = json;
  if (typeof forceEntry !== 'boolean' || typeof state !== 'string') return undefined;
  // A bot too old to have the setting cannot add to positions.
  return { forceEntry, state, positionAdjustment: positionAdjustment === true };
}

/** What the settings allow. A trader that does not run is said in freqtrade's own words, as its refusal would. */
export function judgeSettings(settings: BotSettings): PreFlight {
  if (!settings.forceEntry) return { kind: 'refuse', text: 'Force_entry not enabled. (force_entry_enable of the bot)' };
  if (settings.state !== 'running') {
    return { kind: 'wait', text: `trader is not running (state ${JSON.stringify(settings.state.slice(0, 20))})` };
  }
  return { kind: 'go' };
}

/** With position adjustment on, an order for a pair with an open trade would add to it, on the side of the first one: it must not leave. */
export function judgePositions(trades: readonly TradeRow[], pair: string): PreFlight {
  const open = trades.find((trade) => trade.pair === pair);
  if (open === undefined) return { kind: 'go' };
  return {
    kind: 'refuse',
    text: `position for ${pair} already open - id: ${open.tradeId} (position_adjustment_enable: the order would add to it)`,
  };
}
