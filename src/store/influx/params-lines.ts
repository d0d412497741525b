// A published record as a point: all of its fields in one line, so that no reader ever sees half of it.
import type { ParamRecord } from '#domain/exit-params.ts';
import type { HubNames } from './bucket-names.ts';
import { boolField, floatField, intField, lineOf, nsOfMs, optional, textField } from './line-protocol.ts';

/** The line of `record`; one-sided ones have a measurement of their own, which older readers never look at. Throws UNUSABLE_INPUT as `lineOf`. */
export function paramsLine(record: ParamRecord, names: Pick<HubNames, 'params' | 'paramsBySide'>): string {
  const { pair, side } = record;
  return lineOf({
    measurement: side === null ? names.params.measurement : names.paramsBySide.measurement,
    tags: { pair, side },
    fields: {
      stop_loss_pct: floatField(record.stopLossPct),
      take_profit_pct: floatField(record.takeProfitPct),
      win_rate: optional(record.winRate, floatField),
      profit_factor: optional(record.profitFactor, floatField),
      total_trades: optional(record.totalTrades, intField),
      validated: optional(record.validated, boolField),
      study_id: optional(record.studyId, textField),
      pbo: optional(record.pbo, floatField),
      oos_profit_factor: optional(record.oosProfitFactor, floatField),
    },
    timeNs: nsOfMs(record.atMs),
  });
}
