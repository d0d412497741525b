// What the buckets and measurements of the hub are called. The defaults are what the fleet's other writers and readers use.

/** One place in the hub. */
export interface HubPlace {
  readonly bucket: string;
  readonly measurement: string;
}

/** Every place, by what is kept there. Several may share a bucket. */
export interface HubNames {
  /** Published levels, and those of one-sided studies. */
  readonly params: HubPlace;
  readonly paramsBySide: HubPlace;
  readonly trades: HubPlace;
  /** Historical entries of the bot that takes LONG, and of the one that takes SHORT. */
  readonly longEntries: HubPlace;
  readonly shortEntries: HubPlace;
  readonly signals: HubPlace;
  readonly decisions: HubPlace;
  readonly candles: HubPlace;
}

/** The shared hub of a fleet and who we are there. */
export interface InfluxHub {
  readonly url: string;
  readonly token: string;
  readonly org: string;
  readonly names: HubNames;
}

export const DEFAULT_HUB_NAMES: HubNames = {
  params: { bucket: 'OPTUNA_PARAMS', measurement: 'parameters' },
  paramsBySide: { bucket: 'OPTUNA_PARAMS', measurement: 'parameters_by_side' },
  trades: { bucket: 'BOT33_trades', measurement: 'closed_trades' },
  longEntries: { bucket: 'BOT1_trades', measurement: 'signals' },
  shortEntries: { bucket: 'BOT2_trades', measurement: 'signals' },
  signals: { bucket: 'ENSEMBLE', measurement: 'signals' },
  decisions: { bucket: 'ENSEMBLE', measurement: 'decisions' },
  candles: { bucket: 'CANDLES', measurement: 'candles' },
};

/** The names of all buckets, each once. */
export function bucketsOf(names: HubNames): readonly string[] {
  return [...new Set(Object.values(names).map(({ bucket }: HubPlace) => bucket))];
}
