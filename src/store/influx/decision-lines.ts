// A decision as a point. Its outcome is a tag, so only an end that stays is written: another outcome would be another point beside the first.
import type { Decision } from '#domain/decision.ts';
import { fromE4 } from '#domain/signal.ts';
import { floatField, identifiedNs, intField, lineOf, optional, textField } from './line-protocol.ts';

/** The line of `decision`, at its window's nominal close; `payload` is the decision as JSON. Throws UNUSABLE_INPUT as `lineOf`. */
export function decisionLine(decision: Decision, measurement: string): string {
  const { id, pair, side, outcome, reason, leverage, enterTag } = decision;
  return lineOf({
    measurement,
    tags: { pair, side, outcome },
    fields: {
      decision_id: textField(id),
      reason: optional(reason, textField),
      votes: intField(decision.votes),
      confidence: floatField(fromE4(decision.confidenceE4)),
      leverage: optional(leverage, floatField),
      enter_tag: textField(enterTag),
      payload: textField(JSON.stringify(decision)),
    },
    timeNs: identifiedNs(decision.window.closesAtMs, [id]),
  });
}
