// The contract suites of the hub over InfluxDB: the stand-in always, a real server when one is named.
import { describe } from 'vitest';
import { paramStoreContract, tradeStoreContract } from '../contract/hub.ts';
import { candleStoreContract, entryStoreContract } from '../contract/market.ts';
import { HAS_REAL_HUB, type HubForTests, type OpenedOnHub, openedOnHub, realHub, standInHub } from './hubs.ts';

/** An opened store seen as one port, read anew at each use so that a reopened store is the one used. */
function seenAs<Port>(hub: () => Promise<HubForTests>, read: (store: OpenedOnHub) => Port) {
  return async () => {
    const store = await openedOnHub(await hub());
    return {
      get port() {
        return read(store);
      },
      get decisions() {
        return store.worker.decisions;
      },
      reopen: store.reopen,
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
  };
}

function suites(hub: () => Promise<HubForTests>): void {
  paramStoreContract(seenAs(hub, ({ worker }) => worker.params));
  tradeStoreContract(seenAs(hub, ({ gateway }) => gateway.trades));
  candleStoreContract(seenAs(hub, ({ gateway }) => gateway.candles));
  entryStoreContract(seenAs(hub, ({ gateway }) => gateway.entries));
}

describe('over the stand-in', () => suites(standInHub));
describe.skipIf(!HAS_REAL_HUB)('over a real InfluxDB 2', () => suites(realHub));
