// `paramgate hub copy`: what a data folder holds into the fleet's InfluxDB, for who started small, and for a hub that came back with less than it had.
import type { Command } from 'commander';
import { badInput, Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import { copyToHub } from '#store/open.ts';
import { systemClock } from '../clock.ts';
import { requireConfig } from '../config.ts';
import { openHub } from '../fleet-hub.ts';
import { openProgress } from '../progress.ts';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** Refused lines shown. */
const SHOWN = 20;

export function addHubCopy(hub: Command, finish: (exitCode: number) => void): void {
  hub
    .command('copy')
    .description(
      "copy this data folder's levels, trades, decisions, signals and candles into the InfluxDB; twice is the same as once",
    )
    .option('--json', 'print one JSON document')
    .action(async (options: { readonly json?: true }) => {
      const config = requireConfig(process.env, process.cwd());
      const { influx } = config;
      if (influx === null)
        throw badInput('INFLUX_URL', 'not set', 'INFLUX_URL, INFLUX_TOKEN and INFLUX_ORG of the hub to copy to');
      const target = await openHub(config, silent);
      if (target === null) throw new Fault('UNUSABLE_INPUT', 'there is no hub to copy to');
      await using _closing = target;
      const progress = openProgress('copying', process.stderr, systemClock);
      const onProgress = (share: number) => progress.show(share);
      const report = await copyToHub(
        { folder: config.data, hub: target, onProgress },
        `${influx.url} ${influx.org}`,
      ).finally(() => progress.stop());
      const { copied, refused, resumed } = report;
      if (options.json === true) process.stdout.write(`${JSON.stringify({ copied, resumed, refused }, null, 2)}\n`);
      else {
        const counts = Object.entries(copied).map(([what, count]) => `${count} ${what}`);
        process.stdout.write(`${resumed ? 'went on where it was broken off; ' : ''}copied ${counts.join(', ')}\n`);
        for (const { what, line, words } of refused.slice(0, SHOWN))
          process.stderr.write(`refused (${what}): ${words}${line === '' ? '' : `\n  ${line.slice(0, 200)}`}\n`);
        if (refused.length > SHOWN) process.stderr.write(`and ${refused.length - SHOWN} more; --json tells them all\n`);
      }
      finish(refused.length === 0 ? 0 : 1);
    });
}
