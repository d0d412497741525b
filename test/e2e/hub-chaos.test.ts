// A short run of the hub's chaos: the real executable tells a hub in a process of its own, both are harmed under load, then held against each other.
import { expect, test } from 'vitest';
import { hubChaos } from '../../tools/hub-chaos-run.ts';
import { temporaryFolder } from '../support/executable.ts';

const FAULTS = 7;
const SEED = 20_262;

test(`${FAULTS} faults of the hub and of the service that tells it: everything accepted is in the hub once, with its figures`, {
  timeout: 240_000,
}, async () => {
  await using folder = await temporaryFolder();
  const said: string[] = [];
  const { faults, counts } = await hubChaos({
    faults: FAULTS,
    seed: SEED,
    folder: folder.path,
    searches: 0,
    imports: 1,
    say: (line) => said.push(line),
  });
  expect(faults, said.join('\n')).toEqual([]);
  for (const kind of [
    'hub killed',
    'hub frozen',
    'hub emptied',
    'token revoked',
    'bucket dropped',
    'storm',
    'service killed',
  ])
    expect(counts[kind]).toBe(1);
  expect(counts['acknowledged signals']).toBeGreaterThan(20);
  expect(counts['acknowledged trades']).toBeGreaterThan(10);
});
