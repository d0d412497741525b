// Every port that only reads, over the four files of one data folder; each file is empty until its writer makes it.
import type {
  BotJournal,
  DecisionChanges,
  DecisionJournal,
  DeliveryJournal,
  FeederJournal,
  ParamStore,
  PauseJournal,
  RecordedTrades,
  SignalJournal,
  StudyJournal,
  StudyRequests,
  TradeHistory,
  TradeStore,
  TrialJournal,
} from '../store.ts';
import { botReader } from './bots.ts';
import { changeReader, decisionReader, deliveryReader } from './decision-reader.ts';
import { feederReader } from './feeder-counts.ts';
import { settledUpToSeq } from './forgetting.ts';
import { paramReader } from './param-reader.ts';
import { pausesInReserve } from './pause-slots.ts';
import { pauseReader } from './pauses.ts';
import { ReadFile } from './read-file.ts';
import { recordedReader } from './recorded-trades.ts';
import { requestReader, signalReader } from './signal-reader.ts';
import { seenRequestSeq, studyReader } from './study-reader.ts';
import { trialReader } from './study-trials.ts';
import { sumsReader } from './sums-reader.ts';
import { tradeHistory } from './trade-history.ts';

export interface ReadPorts {
  readonly signals: Omit<SignalJournal, 'append'>;
  readonly studyRequests: Pick<StudyRequests, 'after'>;
  readonly decisions: Omit<DecisionJournal, 'decide'>;
  readonly deliveries: Omit<DeliveryJournal, 'begin' | 'record'>;
  readonly changes: DecisionChanges;
  readonly studies: Omit<StudyJournal, 'save'>;
  readonly params: Pick<ParamStore, 'newest'>;
  readonly trades: Omit<TradeStore, 'record'>;
  readonly recorded: RecordedTrades;
  readonly history: TradeHistory;
  readonly pauses: Omit<PauseJournal, 'add' | 'end'>;
  readonly feeders: FeederJournal;
  readonly bots: Omit<BotJournal, 'save'>;
  readonly trials: Pick<TrialJournal, 'of'>;
  settledUpToSeq(): number;
  /** The last study request the worker has seen. */
  seenRequestSeq(): number;
  /** The journal's two files, for who compares them. */
  readonly journal: { readonly gateway: ReadFile; readonly worker: ReadFile };
  close(): Promise<void>;
}

export function readPorts(folder: string): ReadPorts {
  const gateway = new ReadFile(folder, 'gateway');
  const worker = new ReadFile(folder, 'worker');
  const params = new ReadFile(folder, 'params');
  const closed = new ReadFile(folder, 'trades');
  const trades = sumsReader(folder);
  return {
    signals: signalReader(gateway),
    studyRequests: requestReader(gateway),
    decisions: decisionReader(worker),
    deliveries: deliveryReader(worker),
    changes: changeReader(worker),
    studies: studyReader(gateway, worker),
    trials: trialReader(worker),
    params: paramReader(params),
    trades,
    recorded: recordedReader(closed),
    history: tradeHistory(closed),
    pauses: pauseReader(gateway, () => pausesInReserve(folder)),
    feeders: feederReader(gateway, worker),
    bots: botReader(worker),
    journal: { gateway, worker },
    seenRequestSeq: () => seenRequestSeq(worker),
    settledUpToSeq: () => settledUpToSeq(worker),
    close: async () => {
      for (const file of [gateway, worker, params, closed]) file.close();
      await trades.close();
    },
  };
}
