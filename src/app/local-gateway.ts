// The gateway of a data folder as a command on the same host speaks to it: over its private routes, with the token in the owner's file.
import { readFile } from 'node:fs/promises';
import { Agent, fetch } from 'undici';
import { Fault } from '#domain/fault.ts';
import type { Config } from './config.ts';
import { readServiceFile } from './service-file.ts';

/**
 * What the service says to `body` (or to what it returns, made when there is a service) at `path`, as JSON; undefined when none answers: there is none, or its file was left by a dead one. Rejects with
 * UNUSABLE_INPUT and the service's words when it refuses, with HUB_UNAVAILABLE when it does for the hub's sake.
 */
export async function askLocalGateway(config: Config, path: string, body: object | (() => object)): Promise<unknown> {
  const address = await readServiceFile(config.data);
  if (address === undefined) return undefined;
  const ca = config.tlsCert === undefined ? undefined : await readFile(config.tlsCert, 'utf8');
  // The certificate names the service's public host; here it is reached by its address, and the token in the owner's file proves the rest.
  await using open = new AsyncDisposableStack();
  const agent = new Agent({ connect: ca === undefined ? {} : { ca, checkServerIdentity: () => undefined } });
  open.defer(() => agent.close());
  const sent = fetch(`${address.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${address.token}` },
    body: JSON.stringify(typeof body === 'function' ? body() : body),
    dispatcher: agent,
  });
  const response = await sent.catch(() => undefined);
  if (response === undefined) return undefined;
  const text = await response.text();
  if (response.ok) return JSON.parse(text);
  const hubWords = hubRefusal(text);
  if (hubWords !== undefined) throw new Fault('HUB_UNAVAILABLE', hubWords);
  throw new Fault('UNUSABLE_INPUT', `the service at ${address.url} did not take it: ${response.status} ${text}`);
}

/** The message of a refusal that is for the hub's sake; undefined for any other body. */
function hubRefusal(text: string): string | undefined {
  try {
    const { errors } = JSON.parse(text) as {
      readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
    };
    return errors?.find(({ extensions }) => extensions?.code === 'HUB_UNAVAILABLE')?.message;
  } catch {
    return undefined;
  }
}
