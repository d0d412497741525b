// The contract suites over the files of a data folder.
import { signalJournalContract } from './contract/signal-journal.ts';
import { opened } from './opened.ts';

signalJournalContract(async () => {
  const store = await opened();
  return {
    clock: store.clock,
    get signals() {
      return store.gateway.signals;
    },
    reopen: store.reopen,
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
});
