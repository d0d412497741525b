// An accepted signal as a point, for whoever looks at the fleet from outside.
import { fromE4, type Signal } from '#domain/signal.ts';
import { boolField, floatField, identifiedNano, lineOf, nsOfMs, optional, textField } from './line-protocol.ts';

/** The nanosecond of the signal `id` when no other signal has it. */
export function signalNano(id: string): number {
  return identifiedNano([id]);
}

/** The line of `signal`, at `nano` of the millisecond it was received in. Throws UNUSABLE_INPUT as `lineOf`. */
export function signalLine(signal: Signal, measurement: string, nano = signalNano(signal.id)): string {
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
    timeNs: nsOfMs(signal.receivedAtMs) + BigInt(nano),
  });
}
