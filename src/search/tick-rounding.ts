// Rounds prices to a step of 10^-decimals, as on paper: judged on the shortest text of the double, so that 98.52000000000001 goes up to 98.53 at two
// decimals and 98.52 stays. Far from a border the double alone decides, which is the same answer without any text.
import { decimalForm, roundHalfAway } from '#domain/decimal.ts';
import { NO_TICK } from './tick.ts';

/** Powers of ten that a double holds exactly: a whole number divided by one is the double nearest to the decimal. */
const POWERS = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));

/** freqtrade rounds a stop once more, to this many decimals (exchange_utils.py, price_to_precision with ROUND_UP and ROUND_DOWN). */
const STOP_DECIMALS = 14;

/** freqtrade's arithmetic of an entry's average price keeps this many decimals (its FtPrecise, ccxt's Precise). */
const KEPT_DECIMALS = 18;

/** `price` (> 0) as freqtrade knows it once it was entered at: cut to 18 decimals, then at the nearest step. */
export function enteredTick(price: number, decimals: number): number {
  return decimals < KEPT_DECIMALS ? nearestTick(price, decimals) : byDigits(price, KEPT_DECIMALS, 0);
}

/** `price` (> 0) at the nearest step, half away from zero. `NO_TICK`: `price` itself. */
export function nearestTick(price: number, decimals: number): number {
  if (decimals === NO_TICK) return price;
  const steps = wholeSteps(price, decimals, 0.5);
  return steps < 0 ? roundHalfAway(price, decimals) : steps / (POWERS[decimals] as number);
}

/** The least step that is at least `price` (> 0), as freqtrade rounds the stop of a long. `NO_TICK`: `price` itself. */
export function tickAbove(price: number, decimals: number): number {
  return stopTick(price, decimals, 1);
}

/** The greatest step that is at most `price` (> 0), as freqtrade rounds the stop of a short. `NO_TICK`: `price` itself. */
export function tickBelow(price: number, decimals: number): number {
  return stopTick(price, decimals, 0);
}

function stopTick(price: number, decimals: number, up: 0 | 1): number {
  if (decimals === NO_TICK) return price;
  const below = wholeSteps(price, decimals, 0);
  const rounded = below < 0 ? byDigits(price, decimals, up) : (below + up) / (POWERS[decimals] as number);
  return decimals <= STOP_DECIMALS || rounded === price ? rounded : Number(rounded.toFixed(STOP_DECIMALS));
}

/** The whole steps in `price` + `border`; -1 when it lies too near to a border between two steps for doubles to tell, or beyond their precision. */
function wholeSteps(price: number, decimals: number, border: 0 | 0.5): number {
  const power = POWERS[decimals];
  if (power === undefined) return -1;
  const steps = price * power + border;
  const whole = Math.floor(steps);
  const rest = steps - whole;
  // The double differs from its text, and the product from the exact one, by less than 1e-15 of it together.
  const unsure = 1e-15 * (steps + 1);
  return rest > unsure && rest < 1 - unsure ? whole : -1;
}

function byDigits(price: number, decimals: number, up: 0 | 1): number {
  const { digits, exponent } = decimalForm(price);
  const keep = exponent + decimals;
  if (keep >= digits.length) return price;
  const below = BigInt(digits.slice(0, Math.max(0, keep)) || '0');
  return Number(`${below + BigInt(up)}e-${decimals}`);
}
