// The contract suites over the files of a data folder.
import { botJournalContract } from './contract/bot-journal.ts';
import { decisionJournalContract } from './contract/decision-journal.ts';
import { deliveryJournalContract } from './contract/delivery-journal.ts';
import { feederJournalContract } from './contract/feeder-journal.ts';
import { paramStoreContract, tradeStoreContract } from './contract/hub.ts';
import { candleStoreContract, entryStoreContract } from './contract/market.ts';
import { pauseJournalContract } from './contract/pause-journal.ts';
import { signalJournalContract } from './contract/signal-journal.ts';
import { studyJournalContract } from './contract/study-journal.ts';
import { type Opened, opened } from './opened.ts';

/** An opened store seen as `port`, read anew at each use so that a reopened store is the one used. */
function seenAs<Ports extends Readonly<Record<string, (store: Opened) => unknown>>>(ports: Ports) {
  return async () => {
    const store = await opened();
    const seen = {
      clock: store.clock,
      reopen: store.reopen,
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    };
    const getters = Object.entries(ports).map(([name, read]) => [name, { get: () => read(store), enumerable: true }]);
    return Object.defineProperties(seen, Object.fromEntries(getters)) as typeof seen & {
      readonly [Name in keyof Ports]: ReturnType<Ports[Name]>;
    };
  };
}

signalJournalContract(seenAs({ signals: ({ gateway }) => gateway.signals }));
decisionJournalContract(seenAs({ decisions: ({ worker }) => worker.decisions }));
deliveryJournalContract(
  seenAs({
    decisions: ({ worker }) => worker.decisions,
    deliveries: ({ worker }) => worker.deliveries,
    changes: ({ gateway }) => gateway.changes,
  }),
);
studyJournalContract(
  seenAs({
    requests: ({ gateway, worker }) => ({ ...gateway.studyRequests, ...worker.studyRequests }),
    studies: ({ worker }) => worker.studies,
    trials: ({ worker }) => worker.trials,
  }),
);
paramStoreContract(seenAs({ port: ({ worker }) => worker.params }));
tradeStoreContract(seenAs({ port: ({ gateway }) => gateway.trades }));
candleStoreContract(seenAs({ port: ({ gateway }) => gateway.candles }));
entryStoreContract(seenAs({ port: ({ gateway }) => gateway.entries, decisions: ({ worker }) => worker.decisions }));
pauseJournalContract(seenAs({ pauses: ({ gateway }) => gateway.pauses, seen: ({ worker }) => worker.pauses }));
feederJournalContract(
  seenAs({
    signals: ({ gateway }) => gateway.signals,
    decisions: ({ worker }) => worker.decisions,
    deliveries: ({ worker }) => worker.deliveries,
    feeders: ({ gateway }) => gateway.feeders,
  }),
);
botJournalContract(
  seenAs({
    decisions: ({ worker }) => worker.decisions,
    deliveries: ({ worker }) => worker.deliveries,
    bots: ({ gateway, worker }) => ({ ...gateway.bots, ...worker.bots }),
  }),
);
