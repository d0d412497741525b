// The progress of one study for whoever watches it: the state it is in now, then its changes at most twice a second, and always the last one.
import { Fault } from '#domain/fault.ts';
import type { Feed } from '#domain/feed.ts';
import type { Study } from '#domain/study.ts';
import type { Clock } from '#domain/time.ts';
import type { StudyJournal } from '#store/store.ts';

const LOOK_MS = 500;

/** Follows study `id` until it has ended. Rejects with NOT_FOUND. */
export async function followStudy(
  id: string,
  { studies, clock }: { readonly studies: Pick<StudyJournal, 'byIds'>; readonly clock: Pick<Clock, 'sleep'> },
): Promise<Feed<Study>> {
  const read = async (): Promise<Study> => {
    const [study] = await studies.byIds([id]);
    if (study !== undefined) return study;
    throw new Fault('NOT_FOUND', `id: no study ${JSON.stringify(id)}`, { field: 'id' });
  };
  await read();
  let told: Study | undefined;
  return {
    next: async (signal) => {
      if (told !== undefined && hasEnded(told)) return undefined;
      for (;;) {
        if (told !== undefined) await clock.sleep(LOOK_MS, signal);
        if (signal.aborted) return undefined;
        const study = await read();
        if (told !== undefined && study.state === told.state && study.progress === told.progress) continue;
        told = study;
        return study;
      }
    },
  };
}

function hasEnded({ state }: Study): boolean {
  return state !== 'QUEUED' && state !== 'RUNNING';
}
