// The client where the platform has a fetch of its own: browsers, Deno, workers.
import { type ClientOptions, clientOver, type ParamgateClient } from './client.ts';

export * from './client.ts';

/** A client for the gateway at `options.url`; connects when first asked. Throws a TypeError for an address that is none. */
export function connect(options: ClientOptions): ParamgateClient {
  return clientOver({ fetch: (url, init) => fetch(url, init), close: async () => undefined }, options);
}
