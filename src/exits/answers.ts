// Ready answers: what a (pair, leverage, side) gets is decided once per figures and then only dated. Bounded, and emptied whenever the figures change.
import type { ExitParams, ExitParamsRequest } from '#domain/exit-params.ts';
import { requireLeverage, requirePair } from '#domain/market.ts';
import type { BinFigures } from './bins.ts';
import type { Reading } from './figures.ts';
import type { ParamFigures } from './optuna-tier.ts';
import type { TierSettings } from './tier.ts';
import { decide, type Tiered } from './tiers.ts';

/** More than the pairs x leverages that a fleet asks for between two reads. */
const MOST_READY = 20_000;

/** What is known at one instant, and when that is. */
export interface Readings {
  readonly params: Reading<ParamFigures>;
  readonly bins: Reading<BinFigures>;
  readonly nowMs: number;
}

export class Answers {
  readonly #settings: TierSettings;
  readonly #ready = new Map<string, Tiered>();
  #decidedOn: Readings | undefined;

  constructor(settings: TierSettings) {
    this.#settings = settings;
  }

  /** The answer to `request` at this instant; throws BAD_USER_INPUT naming `pair` or `leverage`. */
  answer(request: ExitParamsRequest, readings: Readings): ExitParams {
    const { params, bins, nowMs } = readings;
    if (this.#decidedOn !== readings) this.#forget(readings);
    const key = `${request.pair} ${request.leverage} ${request.side ?? ''}`;
    let ready = this.#ready.get(key);
    if (ready === undefined || nowMs < ready.validFromMs || nowMs > ready.validUntilMs) {
      requirePair(request.pair, 'pair');
      requireLeverage(request.leverage, 'leverage');
      ready = decide(request, readings, this.#settings);
      if (this.#ready.size >= MOST_READY) this.#ready.clear();
      this.#ready.set(key, ready);
    }
    const { answer, restsOn } = ready;
    const both = restsOn === 'both';
    const stale = params.stale || (both && bins.stale);
    return {
      ...answer,
      readAtMs: both ? earlier(params.readAtMs, bins.readAtMs) : params.readAtMs,
      ageSeconds: answer.asOfMs === null ? null : Math.max(0, nowMs - answer.asOfMs) / 1_000,
      stale,
    };
  }

  /** Drops what was decided on other figures than those of `readings`. */
  #forget(readings: Readings): void {
    const before = this.#decidedOn;
    const same =
      before !== undefined &&
      before.params.value === readings.params.value &&
      before.params.absence === readings.params.absence &&
      before.bins.value === readings.bins.value &&
      before.bins.absence === readings.bins.absence;
    if (!same) this.#ready.clear();
    this.#decidedOn = readings;
  }
}

/** When the older of two reads was; null when one of them never was. */
function earlier(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : Math.min(a, b);
}
