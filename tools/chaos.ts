// `npm run chaos -- --kills 200 [--seed N]`: kills and freezes the service under load, at random and at every named point, then proves from its files
// and the bots' books that nothing was lost and nothing was done twice. `--hub 70`: so many faults of the hub and of the service that tells it, then the
// hub is held against the journal. The hub is the stand-in, or a real influxd where PARAMGATE_TEST_INFLUXD names its binary. Exits with 1, and keeps the
// evidence, when something is wrong.
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chaos } from './chaos-run.ts';
import { hubChaos } from './hub-chaos-run.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '200' },
    hub: { type: 'string', default: '0' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const kills = Number(values.kills);
const hubFaults = Number(values.hub);
const seed = Number(values.seed);
if (
  !(
    Number.isInteger(kills) &&
    kills > 0 &&
    Number.isInteger(hubFaults) &&
    hubFaults >= 0 &&
    Number.isInteger(seed) &&
    seed >= 0
  )
) {
  process.stderr.write('usage: npm run chaos -- [--kills N | --hub N] [--seed N], whole numbers\n');
  process.exit(2);
}

const folder = await mkdtemp(join(tmpdir(), 'paramgate-chaos-'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    process.exitCode = 1;
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    process.exit();
  });
}
const say = (line: string) => void process.stdout.write(`  ${line}\n`);
process.stdout.write(`${hubFaults > 0 ? `${hubFaults} faults of the hub` : `${kills} kills`}, seed ${seed}\n`);
const { faults, counts } =
  hubFaults > 0
    ? await hubChaos({ faults: hubFaults, seed, folder, searches: 3, imports: 20, say })
    : await chaos({ kills, seed, folder, say });
process.stdout.write(`${JSON.stringify(counts)}\n`);
if (faults.length === 0) {
  await rm(folder, { recursive: true, force: true });
  process.stdout.write('nothing lost, nothing twice\n');
} else {
  const shown = faults.slice(0, 50).map((fault) => `  ${fault}\n`);
  process.stderr.write(`${faults.length} faults (seed ${seed}), evidence in ${folder}:\n${shown.join('')}`);
  process.exitCode = 1;
}
