// The client in Node: over undici, with connections that are kept and few.
import { Agent, fetch as undiciFetch } from 'undici';
import { type ClientOptions, clientOver, type ParamgateClient } from './client.ts';

export * from './client.ts';

/** Bots ask little at a time; more sockets would only stand idle. */
const MOST_CONNECTIONS = 8;

/** A client for the gateway at `options.url`; connects when first asked. Throws a TypeError for an address that is none. */
export function connect(options: ClientOptions): ParamgateClient {
  const agent = new Agent({ connections: MOST_CONNECTIONS });
  return clientOver(
    { fetch: (url, init) => undiciFetch(url, { ...init, dispatcher: agent }), close: () => agent.destroy() },
    options,
  );
}
