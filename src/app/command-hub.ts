// The hub as a command reads and writes it, whether or not a service runs on the data folder.
import type { Log } from '#domain/log.ts';
import { type HubDesk, openHubDesk } from '#store/open.ts';
import type { Config } from './config.ts';
import { openHub } from './fleet-hub.ts';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The hub of `config`; asks nothing before it is used. */
export async function openCommandHub(config: Config): Promise<HubDesk> {
  await using opening = new AsyncDisposableStack();
  const hub = await openHub(config, silent);
  if (hub !== null) opening.use(hub);
  const desk = opening.use(await openHubDesk({ folder: config.data, hub, log: silent }));
  const open = opening.move();
  return { ...desk, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
