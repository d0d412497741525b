// The outboxes of the running service for commands on this host: how they stand, and what operators ask of dead letters.
import * as v from 'valibot';
import { badInput } from '#domain/fault.ts';
import type { DeadLetterRequest, OutboxStatus } from '#store/store.ts';
import { refuse, sendJson } from './answer.ts';
import { readBody, tooLarge } from './body.ts';
import type { Door, Exchange } from './route.ts';

/** What a front needs of the outboxes. */
export interface LocalOutbox {
  /** None where the hub is in the data folder. */
  status(): Promise<readonly OutboxStatus[]>;
  ask(request: DeadLetterRequest): Promise<void>;
}

const BODY = 1_048_576;
const Requests = v.object({
  requests: v.array(
    v.object({
      verb: v.picklist(['retry', 'drop']),
      holds: v.picklist(['signals', 'decisions', 'trades', 'params', 'imports']),
      ids: v.nullable(v.array(v.pipe(v.number(), v.integer(), v.minValue(1)))),
    }),
  ),
});

/** Takes requests; answers with how the outboxes stand. */
export async function answerOutbox({
  request,
  response,
  front,
}: Exchange<Door & { readonly outbox: LocalOutbox }>): Promise<void> {
  const body = await readBody(request, BODY);
  if (body === undefined) return refuse(response, tooLarge(BODY));
  for (const one of readRequests(body)) await front.outbox.ask(one);
  sendJson(response, 200, { outboxes: await front.outbox.status() });
}

function readRequests(body: Buffer): readonly DeadLetterRequest[] {
  const allowed = '{"requests": [{"verb": "retry", "holds": "trades", "ids": [1] or null}]}';
  let json: unknown;
  try {
    json = JSON.parse(body.toString());
  } catch {
    throw badInput('body', 'not JSON', allowed);
  }
  const checked = v.safeParse(Requests, json);
  if (checked.success) return checked.output.requests;
  throw badInput('body', 'not requests for dead letters', allowed);
}
