// `paramgate start`, `gateway` and `worker`: the same service, with both roles or one of them in this process.
import type { Command } from 'commander';
import { requireConfig } from '../config.ts';

type Role = 'start' | 'gateway' | 'worker';
type Finish = (exitCode: number) => void;

/** Gateway and worker in one process, the usual way. */
export function addStartCommand(program: Command, finish: Finish): void {
  addRole(program, finish, { role: 'start', words: 'run the gateway and the worker in one process' });
}

/** The gateway alone. */
export function addGatewayCommand(program: Command, finish: Finish): void {
  addRole(program, finish, {
    role: 'gateway',
    words: 'run the gateway alone: GraphQL for bots, feeders and operators',
  });
}

/** The worker alone. */
export function addWorkerCommand(program: Command, finish: Finish): void {
  addRole(program, finish, { role: 'worker', words: 'run the worker alone: decisions, deliveries, searches' });
}

function addRole(program: Command, finish: Finish, { role, words }: { role: Role; words: string }): void {
  program
    .command(role)
    .description(words)
    .action(async () => {
      const config = requireConfig(process.env, process.cwd());
      const { runService } = await import('../run.ts');
      finish(await runService(role, config));
    });
}
