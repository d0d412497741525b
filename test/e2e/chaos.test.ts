// A short run of the chaos: the real executable killed and frozen under load, then its files and the bots' books held against each other.
import { expect, test } from 'vitest';
import { chaos } from '../../tools/chaos-run.ts';
import { temporaryFolder } from '../support/executable.ts';

const KILLS = 10;
const SEED = 20_261;

test(`${KILLS} kills under load: every signal in one decision, every order of one decision`, {
  timeout: 120_000,
}, async () => {
  await using folder = await temporaryFolder();
  const said: string[] = [];
  const { faults, counts } = await chaos({
    kills: KILLS,
    seed: SEED,
    folder: folder.path,
    say: (line) => said.push(line),
  });
  expect(faults, said.join('\n')).toEqual([]);
  expect(counts.kills).toBeGreaterThanOrEqual(KILLS);
  expect(counts.acknowledged).toBeGreaterThan(50);
  expect(counts.FORWARDED).toBeGreaterThan(5);
});
