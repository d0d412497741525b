// What can be set, by the names the file uses. The table says how each is written, checked and explained.
import type { ExitLevels } from '#domain/exit-params.ts';
import type { BotConfig } from '#fleet/fleet.ts';
import type { HubNames } from '#store/store.ts';
import type { BotAddress } from './bot-address.ts';
import type { Credential } from './credential.ts';
import type { EnsembleOverride } from './ensemble-override.ts';
import type { SearchSettings } from './search-settings.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Every setting by its key in the file. Paths are absolute; undefined: not set. */
export interface Settings extends SearchSettings {
  readonly host: string;
  readonly port: number;
  readonly workerPort: number | undefined;
  readonly data: string;
  readonly intake: boolean;
  readonly influxUrl: string | undefined;
  readonly influxToken: string | undefined;
  readonly influxOrg: string | undefined;
  readonly influxNames: HubNames | undefined;
  readonly outboxRows: number;
  readonly outboxMb: number;
  readonly outboxDays: number;
  readonly figuresSeconds: number;
  readonly maxStaleSeconds: number;
  readonly optunaMaxAgeHours: number;
  readonly minTradesForBin: number;
  readonly lookbackDays: number;
  readonly binEdges: readonly number[];
  readonly riskCapPct: number;
  readonly fallback: ExitLevels;
  readonly windowSeconds: number;
  readonly minAgreements: number;
  readonly minConfidence: number;
  readonly expectedFeeders: number;
  readonly missingConfidence: number | undefined;
  readonly tagId: boolean;
  readonly overrides: readonly EnsembleOverride[];
  readonly deliveryTtlSeconds: number;
  readonly botTimeoutSeconds: number;
  readonly settleSeconds: number;
  readonly journalDays: number;
  readonly dryRun: boolean;
  readonly botLong: BotAddress | undefined;
  readonly botShort: BotAddress | undefined;
  readonly bots: readonly BotConfig[];
  readonly keys: readonly Credential[];
  readonly feederBasic: Credential | undefined;
  readonly feeders: readonly Credential[];
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly candles: string | undefined;
  readonly logLevel: LogLevel;
}
