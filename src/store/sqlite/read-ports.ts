// Every port that only reads, over the four files of one data folder; each file is empty until its writer makes it.
import type {
  DecisionJournal,
  DeliveryJournal,
  ParamStore,
  SignalJournal,
  StudyJournal,
  StudyRequests,
  TradeStore,
} from '../store.ts';
import { decisionReader, deliveryReader } from './decision-reader.ts';
import { paramReader } from './param-reader.ts';
import { ReadFile } from './read-file.ts';
import { requestReader, signalReader } from './signal-reader.ts';
import { studyReader } from './study-reader.ts';
import { sumsReader } from './sums-reader.ts';

export interface ReadPorts {
  readonly signals: Pick<SignalJournal, 'byIds' | 'after'>;
  readonly studyRequests: Pick<StudyRequests, 'after'>;
  readonly decisions: Omit<DecisionJournal, 'decide'>;
  readonly deliveries: Pick<DeliveryJournal, 'unfinished' | 'ofDecisions'>;
  readonly studies: Omit<StudyJournal, 'save'>;
  readonly params: Pick<ParamStore, 'newest'>;
  readonly trades: Pick<TradeStore, 'sums'>;
  close(): Promise<void>;
}

export function readPorts(folder: string): ReadPorts {
  const gateway = new ReadFile(folder, 'gateway');
  const worker = new ReadFile(folder, 'worker');
  const params = new ReadFile(folder, 'params');
  const trades = sumsReader(folder);
  return {
    signals: signalReader(gateway),
    studyRequests: requestReader(gateway),
    decisions: decisionReader(worker),
    deliveries: deliveryReader(worker),
    studies: studyReader(gateway, worker),
    params: paramReader(params),
    trades,
    close: async () => {
      for (const file of [gateway, worker, params]) file.close();
      await trades.close();
    },
  };
}
