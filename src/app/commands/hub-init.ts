// `paramgate hub init`: makes the buckets that are missing.
import type { Command } from 'commander';
import { badInput } from '#domain/fault.ts';
import { initHub } from '#store/open.ts';
import { requireInflux } from '../require-influx.ts';

interface Options {
  readonly retention?: string;
  readonly json?: true;
}

const MOST_DAYS = 36_500;

export function addHubInit(hub: Command): void {
  hub
    .command('init')
    .description('make the buckets that are missing; what is there stays as it is')
    .option(
      '--retention <days>',
      'keep what is in new buckets so many days, 0 for ever (default: as their contents need)',
    )
    .option('--json', 'print one JSON document')
    .action(async (options: Options) => {
      const retentionDays = options.retention === undefined ? null : requireDays(options.retention);
      const report = await initHub(requireInflux(), retentionDays);
      if (options.json === true) {
        process.stdout.write(`${JSON.stringify(report)}\n`);
        return;
      }
      const lines = [
        ...report.there.map((one) => `${one.bucket}  there, ${kept(one.retentionDays)}\n`),
        ...report.made.map((one) => `${one.bucket}  made, ${kept(one.retentionDays)}\n`),
      ];
      process.stdout.write(lines.join(''));
    });
}

function kept(days: number): string {
  return days === 0 ? 'kept for ever' : `kept for ${days} days`;
}

function requireDays(text: string): number {
  const days = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (days <= MOST_DAYS) return days;
  throw badInput('--retention', JSON.stringify(text), `whole days from 0 (for ever) to ${MOST_DAYS}`);
}
