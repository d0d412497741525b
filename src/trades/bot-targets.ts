// The target a trade had. freqtrade records none of its own; a strategy may keep it with `trade.set_custom_data`, and then it is asked for.

import type { BotRequests } from './bot-requests.ts';
import { isObject, type JsonObject } from './bot-row.ts';
import { TARGET_KEY } from './database-trades.ts';

/** When the newest few have none, the strategy keeps none. */
const SAMPLE = 3;

/** The target ratios (account level) of `rows`, by trade id, NaN for what is none; those that have nothing kept are left out. */
export async function targetsOf(
  requests: BotRequests,
  rows: readonly JsonObject[],
): Promise<ReadonlyMap<unknown, number>> {
  const found = new Map<unknown, number>();
  const newestFirst = [...rows].reverse();
  for (const [index, { trade_id: id }] of newestFirst.entries()) {
    if (index === SAMPLE && found.size === 0) break;
    const target = await targetOf(requests, id);
    if (target !== undefined) found.set(id, target);
  }
  return found;
}

async function targetOf(requests: BotRequests, id: unknown): Promise<number | undefined> {
  const answer = await requests.askIfThere(`/trades/${String(id)}/custom-data?key=${TARGET_KEY}`);
  const kept: readonly unknown[] = Array.isArray(answer)
    ? answer.filter(isObject).flatMap(({ custom_data: rows }) => (Array.isArray(rows) ? rows : []))
    : [];
  const row = kept.filter(isObject).find(({ key }) => key === TARGET_KEY);
  return row === undefined ? undefined : Number(row.value);
}
