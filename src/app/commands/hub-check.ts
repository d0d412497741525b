// `paramgate hub check`: what is in the hub, and in words what is missing, mixed up or not allowed. Ends with 1 when something is wrong.
import type { Command } from 'commander';
import { checkHub, type HubCheck } from '#store/open.ts';
import { systemClock } from '../clock.ts';
import { requireConfig } from '../config.ts';
import { requireInflux } from '../require-influx.ts';

export function addHubCheck(hub: Command, finish: (exitCode: number) => void): void {
  hub
    .command('check')
    .description('say what is there, which types its fields have, what is missing and what the token may not do')
    .option('--json', 'print one JSON document')
    .action(async ({ json }: { readonly json?: true }) => {
      const address = requireInflux();
      const { lookbackDays } = requireConfig(process.env, process.cwd());
      const check = await checkHub(address, { days: lookbackDays, nowMs: systemClock.now().wallMs });
      const { url, org } = address;
      process.stdout.write(json === true ? `${JSON.stringify({ url, org, ...check })}\n` : asText(url, org, check));
      finish(check.problems.length === 0 ? 0 : 1);
    });
}

function asText(url: string, org: string, { buckets, measurements, problems }: HubCheck): string {
  const lines = [
    `hub ${url}, organisation ${org}`,
    ...buckets.map(({ bucket, exists, readable, writable, retentionDays }) => {
      if (exists === false) return `  bucket ${bucket}: missing`;
      const kept =
        retentionDays === null
          ? 'retention unknown'
          : retentionDays === 0
            ? 'kept for ever'
            : `kept for ${retentionDays} days`;
      return `  bucket ${bucket}: ${readable ? 'readable' : 'NOT readable'}, ${writable ? 'writable' : 'NOT writable'}, ${kept}`;
    }),
    ...measurements.flatMap(({ bucket, measurement, fields }) => [
      `  ${bucket}, ${measurement}: ${fields.length === 0 ? 'empty' : `${fields.length} fields`}`,
      ...fields.map(
        ({ field, types }) =>
          `    ${field}: ${types.map(({ type, lastWritten }) => `${type} (last ${lastWritten})`).join(', ')}`,
      ),
    ]),
    ...(problems.length === 0
      ? ['nothing is wrong']
      : [`${problems.length} problems:`, ...problems.map((problem) => `  - ${problem}`)]),
  ];
  return `${lines.join('\n')}\n`;
}
