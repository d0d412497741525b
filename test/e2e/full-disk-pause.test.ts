// The kill switch on a full disk, through the real executable: it is set, survives kill -9, and goes where it belongs when there is room again.
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { RESERVE_BYTES } from '#store/sqlite/pause-slots.ts';
import { ask, type Service, startService, temporaryFolder, until } from '../support/executable.ts';

const SUBMIT = `mutation($input: SubmitSignalInput!) { submitSignal(input: $input) { signal { id } } }`;
const PAUSE = `mutation { pause(input: { reason: "the disk is full" }) { id endedAt note } }`;
const PAUSES = '{ pauses { id } }';
const RESUME = `mutation($id: ID!) { resume(id: $id) { id endedAt } }`;
const DECIDED = `query($id: ID!) { signal(id: $id) { decision { reason pausedBy { id } } } }`;

interface Told {
  readonly signal: {
    readonly decision: { readonly reason: string; readonly pausedBy: { readonly id: string } } | null;
  };
}

const OPTIONS = { env: { PARAMGATE_WINDOW_SECONDS: '1' } };
const submit = async (service: Service, pair: string) => {
  const input = { pair, side: 'LONG', source: '75a', confidence: 0.9 };
  return (await service.ask<{ submitSignal: { signal: { id: string } } }>(SUBMIT, { input })).submitSignal.signal.id;
};
/** The longest file that the process may write: stands in for a disk that has no room left, the system refuses the write all the same. */
const limit = (service: Service, bytes: number | 'unlimited') =>
  expect(spawnSync('prlimit', ['--pid', String(service.child.pid), `--fsize=${bytes}:`]).status).toBe(0);

test('a pause is set, seen and kept over kill -9, lifting waits for room and says so', {
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  const first = await startService(folder.path, OPTIONS);
  // The journal is longer than the limit from its first commit on.
  await submit(first, 'B/USDT');
  limit(first, RESERVE_BYTES);
  await expect(submit(first, 'A/USDT')).rejects.toThrow('JOURNAL_UNAVAILABLE');
  const { pause } = await first.ask<{ pause: { id: string } }>(PAUSE);
  expect(await first.ask(PAUSES)).toEqual({ pauses: [{ id: pause.id }] });
  await expect(first.ask(RESUME, { id: pause.id })).rejects.toThrow(/the pause stays in force.*JOURNAL_UNAVAILABLE/);
  await first.kill();

  const second = await startService(folder.path, OPTIONS);
  expect(await ask(second.url, PAUSES)).toEqual({ pauses: [{ id: pause.id }] });
  const id = await submit(second, 'A/USDT');
  const { signal } = await until(
    () => second.ask<Told>(DECIDED, { id }),
    (told) => told.signal.decision !== null,
  );
  expect(signal.decision).toEqual({ reason: 'PAUSED', pausedBy: { id: pause.id } });
  expect(await second.ask(RESUME, { id: pause.id })).toMatchObject({ resume: { id: pause.id } });
  expect(await second.stop()).toBe(0);
});

test('without a restart it holds from the reserve, and moves with the first commit there is room for', {
  timeout: 60_000,
}, async () => {
  await using folder = await temporaryFolder();
  const service = await startService(folder.path, OPTIONS);
  await submit(service, 'B/USDT');
  limit(service, RESERVE_BYTES);
  const { pause } = await service.ask<{ pause: { id: string } }>(PAUSE);
  limit(service, 'unlimited');
  const id = await until(
    () => submit(service, 'A/USDT').catch(() => undefined),
    (sent) => sent !== undefined,
  );
  const { signal } = await until(
    () => service.ask<Told>(DECIDED, { id }),
    (told) => told.signal.decision !== null,
  );
  expect(signal.decision).toEqual({ reason: 'PAUSED', pausedBy: { id: pause.id } });
  await until(
    async () => service.stderr(),
    (text) => text.includes('the pauses in pauses.reserve are in gateway.db now'),
  );
  expect(await service.stop()).toBe(0);
});
