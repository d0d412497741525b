// An accepted signal as a point, for whoever looks at the fleet from outside.
import { fromE4, type Signal } from '#domain/signal.ts';
import { boolField, floatField, identifiedNs, lineOf, optional, textField } from './line-protocol.ts';

/** The line of `signal`, at the time it was received. Throws UNUSABLE_INPUT as `lineOf`. */
export function signalLine(signal: Signal, measurement: string): string {
  const { id, pair, side, source, leverage, enterTag } = signal;
  return lineOf({
    measurement,
    tags: { pair, side },
    fields: {
      signal_id: textField(id),
      source: textField(source),
      confidence: floatField(fromE4(signal.confidenceE4)),
      confidence_defaulted: boolField(signal.confidenceDefaulted),
      leverage: optional(leverage, floatField),
      enter_tag: optional(enterTag, textField),
    },
    timeNs: identifiedNs(signal.receivedAtMs, [id]),
  });
}
