// Which tier answers: OPTUNA, else STATELESS, else FALLBACK. Pure: the same question, figures and settings give the same answer on every gateway,
// so nothing here may depend on when or how often the hub was read.
import { createHash } from 'node:crypto';
import { roundPct } from '#domain/decimal.ts';
import { type ExitParamsRequest, toAccount } from '#domain/exit-params.ts';
import type { BinFigures } from './bins.ts';
import { type OptunaSearched, optunaTier, type ParamFigures } from './optuna-tier.ts';
import { statelessTier } from './stateless-tier.ts';
import type { Found, Known, SettledAnswer, TierSettings } from './tier.ts';

/** Everything an answer may rest on, at one instant. */
export interface Experience {
  readonly params: Known<ParamFigures>;
  readonly bins: Known<BinFigures>;
  readonly nowMs: number;
}

/** `answer` holds for every `nowMs` with validFromMs <= nowMs <= validUntilMs; `restsOn`: OPTUNA answers need only the published levels. */
export interface Tiered {
  readonly answer: SettledAnswer;
  readonly restsOn: 'params' | 'both';
  readonly validFromMs: number;
  readonly validUntilMs: number;
}

/** The answer to a request whose pair and leverage are acceptable. */
export function decide(request: ExitParamsRequest, known: Experience, settings: TierSettings): Tiered {
  const optuna = optunaTier(request, { ...known.params, nowMs: known.nowMs }, settings);
  if (optuna.found !== undefined) return tiered(request, { ...optuna, found: optuna.found }, settings);
  const stateless = statelessTier(request, known.bins, settings);
  const why = nothingKnown(known) ?? [...optuna.why, ...stateless.why];
  const found = stateless.found ?? fallbackFound(settings);
  return tiered(request, { ...optuna, found, why }, settings);
}

/** What was found, and all that is to be said about it. */
interface Told extends OptunaSearched {
  readonly found: Found;
}

/** One sentence instead of two when both kinds of figures are missing for the same reason. */
function nothingKnown({ params, bins }: Experience): readonly string[] | undefined {
  const same = params.value === undefined && bins.value === undefined && params.absence === bins.absence;
  return same ? [params.absence ?? ''] : undefined;
}

function fallbackFound(settings: TierSettings): Found {
  return {
    source: 'FALLBACK',
    levels: settings.fallback,
    leverageBin: null,
    winRate: null,
    profitFactor: null,
    avgWinPct: null,
    avgLossPct: null,
    totalTrades: null,
    validated: null,
    asOfMs: null,
  };
}

function tiered(request: ExitParamsRequest, searched: Told, settings: TierSettings): Tiered {
  const { found } = searched;
  const { account, riskCapped } = toAccount(found.levels, request.leverage, settings.riskCapPct);
  const feeWarning = capWithinFees(request.leverage, settings);
  const unsigned: Omit<SettledAnswer, 'revision'> = {
    pair: request.pair,
    leverage: request.leverage,
    side: request.side ?? null,
    source: found.source,
    position: { stopLossPct: roundPct(found.levels.stopLossPct), takeProfitPct: roundPct(found.levels.takeProfitPct) },
    account,
    riskCapped,
    leverageBin: found.leverageBin,
    winRate: found.winRate,
    profitFactor: found.profitFactor,
    avgWinPct: found.avgWinPct === null ? null : roundPct(found.avgWinPct),
    avgLossPct: found.avgLossPct === null ? null : roundPct(found.avgLossPct),
    totalTrades: found.totalTrades,
    validated: found.validated,
    reason: [...searched.why, ...feeWarning].join('; '),
    asOfMs: found.asOfMs,
  };
  return {
    answer: { ...unsigned, revision: revision(unsigned) },
    restsOn: found.source === 'OPTUNA' ? 'params' : 'both',
    validFromMs: searched.validFromMs,
    validUntilMs: searched.validUntilMs,
  };
}

/** A stop at the cap is |cap| / leverage of the price away. When that is no more than twice the fees of entry and exit, hardly a trade survives it. */
function capWithinFees(leverage: number, settings: TierSettings): readonly string[] {
  const distancePct = roundPct(-settings.riskCapPct / leverage);
  const twiceFeesPct = roundPct(2 * 2 * settings.feePct);
  if (distancePct > twiceFeesPct) return [];
  return [
    `risk cap ${settings.riskCapPct} % at leverage ${leverage} is ${distancePct} % of the price, within twice the fees (${twiceFeesPct} %)`,
  ];
}

/** A short hash of everything in the answer that does not depend on who asked when. */
function revision(answer: Omit<SettledAnswer, 'revision'>): string {
  return createHash('sha256')
    .update(JSON.stringify(Object.values(answer)))
    .digest('hex')
    .slice(0, 16);
}
