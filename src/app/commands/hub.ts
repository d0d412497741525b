// `paramgate hub`: looks after the fleet's InfluxDB and what waits for it. Each subcommand lives in a file of its own.
import type { Command } from 'commander';
import { addHubCheck } from './hub-check.ts';
import { addHubCopy } from './hub-copy.ts';
import { addHubDrop, addHubRetry } from './hub-dead-letters.ts';
import { addHubInit } from './hub-init.ts';
import { addHubStatus } from './hub-status.ts';

/** Adds the command to `program`. */
export function addHubCommand(program: Command, finish: (exitCode: number) => void): void {
  const hub = program.command('hub').description("look after the fleet's InfluxDB and what waits for it");
  addHubInit(hub);
  addHubCheck(hub, finish);
  addHubStatus(hub);
  addHubRetry(hub, finish);
  addHubDrop(hub, finish);
  addHubCopy(hub, finish);
}
