// `paramgate hub retry` and `hub drop`: what becomes of the lines the hub refused for good. Works whether or not a service runs on the data folder.
import type { Command } from 'commander';
import { badInput } from '#domain/fault.ts';
import type { DeadLetterRequest, OutboxHolds } from '#store/store.ts';
import { requireConfig } from '../config.ts';
import { requestOfOutboxes } from '../outbox-requests.ts';

const HOLDS: readonly OutboxHolds[] = ['signals', 'decisions', 'trades', 'params', 'imports'];
const ALLOWED = 'ids as `paramgate hub status` shows them, e.g. trades:12, or --all';

export function addHubRetry(hub: Command, finish: (exitCode: number) => void): void {
  add(hub, { verb: 'retry', words: 'send dead letters to the hub again', done: 'go to the hub again' }, finish);
}

export function addHubDrop(hub: Command, finish: (exitCode: number) => void): void {
  add(hub, { verb: 'drop', words: 'forget dead letters for ever', done: 'are forgotten' }, finish);
}

interface Verb {
  readonly verb: DeadLetterRequest['verb'];
  readonly words: string;
  readonly done: string;
}

function add(hub: Command, { verb, words, done }: Verb, finish: (exitCode: number) => void): void {
  hub
    .command(verb)
    .description(words)
    .argument('[ids...]', 'as `hub status` shows them: trades:12')
    .option('--all', 'all of them')
    .option('--json', 'print one JSON document')
    .action(async (ids: readonly string[], options: { readonly all?: true; readonly json?: true }) => {
      const requests = requestsFor(verb, ids, options.all === true);
      const { meant, isDone } = await requestOfOutboxes(requireConfig(process.env, process.cwd()), requests);
      // Ids that name nothing are a mistake; all of none is done.
      if (meant === 0 && ids.length > 0) finish(1);
      if (options.json === true) process.stdout.write(`${JSON.stringify({ [verb]: meant, done: isDone })}\n`);
      else if (meant === 0) process.stdout.write('there are no such dead letters\n');
      else if (isDone) process.stdout.write(`${meant} dead letters ${done}\n`);
      else process.stdout.write(`${meant} dead letters: asked for; the process that sends them does it when it runs\n`);
    });
}

/** What is asked of each outbox. Throws BAD_USER_INPUT for ids that are none. */
function requestsFor(
  verb: DeadLetterRequest['verb'],
  ids: readonly string[],
  isAll: boolean,
): readonly DeadLetterRequest[] {
  if (isAll && ids.length > 0) throw badInput('--all', 'there are ids too', ALLOWED);
  if (isAll) return HOLDS.map((holds) => ({ verb, holds, ids: null }));
  if (ids.length === 0) throw badInput('ids', 'there are none', ALLOWED);
  const named = ids.map((text) => {
    const [, name, number] = /^([a-z]+):([1-9]\d{0,14})$/.exec(text) ?? [];
    const holds = HOLDS.find((one) => one === name);
    if (holds === undefined) throw badInput('ids', `${JSON.stringify(text)} is none`, ALLOWED);
    return { holds, id: Number(number) };
  });
  return [...Map.groupBy(named, ({ holds }) => holds)].map(([holds, own]) => ({
    verb,
    holds,
    ids: own.map(({ id }) => id),
  }));
}
