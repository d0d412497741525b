// What every journal of studies and of requests for them promises.
import { describe, expect, test } from 'vitest';
import { flatPlane } from '#domain/plane.ts';
import type { Plane } from '#domain/study.ts';
import type { StudyJournal, StudyRequests, TrialJournal } from '#store/store.ts';
import { SPEC, study, T0, trial } from '../samples.ts';

export interface StudiesUnderTest extends AsyncDisposable {
  readonly requests: StudyRequests;
  readonly studies: StudyJournal;
  readonly trials: TrialJournal;
  reopen(): Promise<void>;
}

const PLANE: Plane = {
  stops: [-0.2, -0.22],
  targets: [0.2, 0.22, 0.24],
  trades: [
    [1, 2, 3],
    [4, 5, 6],
  ],
  values: [
    [0.1, null, -0.3],
    [null, 1e-9, 7],
  ],
};

export function studyJournalContract(open: () => Promise<StudiesUnderTest>): void {
  describe('study journal', () => {
    test('requests are kept in order', async () => {
      await using journal = await open();
      const kept = study({ state: 'COMPLETE' });
      const all = [
        { kind: 'start', studyId: 's1', spec: SPEC },
        { kind: 'cancel', studyId: 's1' },
        { kind: 'keep', studyId: kept.id, study: kept, trials: [trial(0), trial(1)], plane: PLANE },
        { kind: 'keep', studyId: 's3', study: kept, trials: [], plane: null },
      ] as const;
      const seqs: number[] = [];
      for (const request of all) seqs.push(await journal.requests.append(request, T0 + seqs.length));
      await journal.reopen();
      const read = await journal.requests.after(0, 10);
      const told = all.map((request) =>
        'plane' in request && request.plane !== null ? { ...request, plane: flatPlane(request.plane) } : request,
      );
      expect(read).toEqual(told.map((request, index) => ({ seq: seqs[index], atMs: T0 + index, request })));
      expect(await journal.requests.after(seqs[1] ?? 0, 1)).toEqual(read.slice(2, 3));
    });

    test('a requested study is QUEUED until the worker writes it, and once in a page', async () => {
      await using journal = await open();
      const seq = await journal.requests.append({ kind: 'start', studyId: 's1', spec: SPEC }, T0 + 5);
      const queued = study({ id: 's1', createdAtMs: T0 + 5 });
      expect(await journal.studies.byIds(['none', 's1'])).toEqual([undefined, queued]);
      expect(await journal.studies.page({ first: 5 })).toEqual([queued]);
      expect(await journal.studies.unfinished()).toEqual({ requestSeq: 0, studies: [] });
      const running = { ...queued, state: 'RUNNING', progress: 0.5 } as const;
      await journal.studies.save(running);
      expect(await journal.studies.page({ first: 5 })).toEqual([running]);
      await journal.studies.save(running, { requestSeq: seq });
      await journal.reopen();
      expect(await journal.studies.byIds(['s1'])).toEqual([running]);
      expect(await journal.studies.page({ first: 5 })).toEqual([running]);
      expect(await journal.studies.unfinished()).toEqual({ requestSeq: seq, studies: [running] });
    });

    test('a cancel or keep is no study of its own', async () => {
      await using journal = await open();
      await journal.requests.append({ kind: 'cancel', studyId: 's1' }, T0);
      await journal.requests.append(
        { kind: 'keep', studyId: 's2', study: study({ id: 's2' }), trials: [], plane: null },
        T0,
      );
      expect(await journal.studies.page({ first: 5 })).toEqual([]);
      expect(await journal.studies.byIds(['s1', 's2'])).toEqual([undefined, undefined]);
    });

    test('pages are newest first by (createdAt, id), requested ones among them', async () => {
      await using journal = await open();
      const eth = { ...SPEC, pair: 'ETH/USDT' };
      for (const [index, id] of ['a', 'c', 'b', 'd'].entries()) {
        await journal.studies.save(
          study({ id, createdAtMs: T0 + (index < 3 ? 0 : 10), spec: id === 'c' ? eth : SPEC }),
        );
      }
      await journal.requests.append({ kind: 'start', studyId: 'e', spec: eth }, T0 + 5);
      const ids = async (query: Parameters<StudyJournal['page']>[0]) =>
        (await journal.studies.page(query)).map(({ id }) => id);
      expect(await ids({ first: 9 })).toEqual(['d', 'e', 'c', 'b', 'a']);
      expect(await ids({ first: 1 })).toEqual(['d', 'e']);
      expect(await ids({ first: 9, after: { createdAtMs: T0 + 10, id: 'd' } })).toEqual(['e', 'c', 'b', 'a']);
      expect(await ids({ first: 9, after: { createdAtMs: T0 + 5, id: 'e' } })).toEqual(['c', 'b', 'a']);
      expect(await ids({ first: 9, after: { createdAtMs: T0, id: 'b' }, pair: SPEC.pair })).toEqual(['a']);
      expect(await ids({ first: 9, pair: 'ETH/USDT' })).toEqual(['e', 'c']);
    });

    test('a plane comes back as it was and stays when the study is saved again', async () => {
      await using journal = await open();
      const made = study({ state: 'COMPLETE' });
      await journal.studies.save(made, { plane: PLANE });
      await journal.studies.save({ ...made, published: true });
      await journal.reopen();
      expect(await journal.studies.plane(made.id)).toEqual(PLANE);
      expect(await journal.studies.plane('none')).toBeUndefined();
      expect(await journal.studies.byIds([made.id])).toEqual([{ ...made, published: true }]);
    });

    test('trials come back in order, each once, and only those of their study', async () => {
      await using journal = await open();
      await journal.trials.append('s1', [trial(1), trial(0), trial(0, 2)]);
      await journal.trials.append('s1', [{ ...trial(1), objective: 9 }, trial(2)]);
      await journal.trials.append('s2', [trial(0)]);
      await journal.reopen();
      expect(await journal.trials.of('s1')).toEqual([trial(0), trial(1), trial(2), trial(0, 2)]);
      expect(await journal.trials.of('none')).toEqual([]);
    });

    test('a request once seen stays seen', async () => {
      await using journal = await open();
      await journal.studies.save(study({ state: 'FAILED' }), { requestSeq: 7 });
      await journal.studies.save(study({ state: 'FAILED' }), { requestSeq: 3 });
      expect((await journal.studies.unfinished()).requestSeq).toBe(7);
    });
  });
}
