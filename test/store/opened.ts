// Both sides of a store in a folder of their own, on a manual clock, closed and removed with the test.
import { hubWrites, openGatewayStore, openWorkerStore } from '#store/open.ts';
import type { GatewayStore, WorkerStore } from '#store/store.ts';
import { type ManualClock, manualClock } from '../support/manual-clock.ts';
import { type RecordingLog, recordingLog } from '../support/recording-log.ts';
import { tempFolder } from '../support/temp-folder.ts';

export interface Opened extends AsyncDisposable {
  readonly folder: string;
  readonly clock: ManualClock;
  readonly log: RecordingLog;
  readonly gateway: GatewayStore;
  readonly worker: WorkerStore;
  /** Closes both sides and opens them again on the same folder and clock. */
  reopen(): Promise<void>;
}

export async function opened(clock: ManualClock = manualClock()): Promise<Opened> {
  const folder = tempFolder();
  const log = recordingLog();
  const open = async () => {
    const options = { folder: folder.path, log, hubWrites: hubWrites(), sharedTime: clock.shared };
    return { gateway: await openGatewayStore(options), worker: await openWorkerStore(options) };
  };
  let sides = await open();
  const close = async () => {
    await sides.gateway[Symbol.asyncDispose]();
    await sides.worker[Symbol.asyncDispose]();
  };
  return {
    folder: folder.path,
    clock,
    log,
    get gateway() {
      return sides.gateway;
    },
    get worker() {
      return sides.worker;
    },
    reopen: async () => {
      await close();
      sides = await open();
    },
    [Symbol.asyncDispose]: async () => {
      await close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
