// Runs one study in a thread of its own, so that whoever asked goes on answering, and can end it at any instant.
import { Worker } from 'node:worker_threads';
import type { ExitLevels } from '#domain/exit-params.ts';
import { Fault, type FaultCode } from '#domain/fault.ts';
import type { StudySpec } from '#domain/study.ts';
import type { StudyOutcome } from './study-run.ts';

/** All a study needs to know; the thread reads candles and entries itself. */
export interface StudyTask {
  /** Checked. */
  readonly spec: StudySpec;
  readonly candlesFolder: string;
  /** CSV of entries; null: an entry at every candle and side. */
  readonly entriesFile: string | null;
  /** Position level. */
  readonly fallback: ExitLevels;
  readonly incumbent: ExitLevels | null;
}

/** What the thread says. */
export type ThreadMessage =
  | { readonly kind: 'progress'; readonly share: number }
  | { readonly kind: 'done'; readonly outcome: StudyOutcome }
  | {
      readonly kind: 'fault';
      readonly code: FaultCode;
      readonly message: string;
      readonly field: string | undefined;
      readonly allowed: string | undefined;
    };

/** A study under way. */
export interface StudyThread {
  /** Rejects with the study's Fault, or with what broke; after `stop` as well. */
  readonly outcome: Promise<StudyOutcome>;
  /** Ends the thread wherever it is; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts a study; `onProgress` is told the share done, 0..1, ascending. */
export function startStudyThread(task: StudyTask, onProgress: (share: number) => void): StudyThread {
  const worker = new Worker(new URL(import.meta.resolve('#search/thread.ts')), { workerData: task });
  const outcome = new Promise<StudyOutcome>((resolve, reject) => {
    worker.on('message', (message: ThreadMessage) => {
      if (message.kind === 'progress') onProgress(message.share);
      else if (message.kind === 'done') resolve(message.outcome);
      else reject(faultFrom(message));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`the study's thread ended (${code}) without a result`)));
  });
  outcome.catch(() => undefined);
  return {
    outcome,
    stop: async () => {
      await worker.terminate();
    },
  };
}

function faultFrom({ code, message, field, allowed }: Extract<ThreadMessage, { kind: 'fault' }>): Fault {
  return new Fault(code, message, {
    ...(field === undefined ? {} : { field }),
    ...(allowed === undefined ? {} : { allowed }),
  });
}
