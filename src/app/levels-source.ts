// Who `export params` asks: a service, by its address or through its data folder, else the hub, read as the service would.
import { readFile } from 'node:fs/promises';
import { Agent, fetch } from 'undici';
import * as v from 'valibot';
import { Fault } from '#domain/fault.ts';
import type { Log } from '#domain/log.ts';
import { openExits } from '#exits/exits.ts';
import { SEARCH_DEFAULTS } from '#search/search.ts';
import { openHubDesk } from '#store/open.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { openHub } from './fleet-hub.ts';
import type { Answered, LevelsSource } from './pinned-params.ts';
import { readServiceFile } from './service-file.ts';

/** The most requests that a service takes in one call. */
const BATCH = 500;
const PATIENCE_MS = 10_000;
/** Reading a large hub from its files takes a moment; what is pinned must not be what is answered meanwhile. */
const READING_MS = 60_000;
const POLL_MS = 20;
const NOT_READ = 'the hub has not been read yet: what is answered now is the fallback for want of anything else';

const LEVELS = v.object({ stopLossPct: v.number(), takeProfitPct: v.number() });
const ANSWERS = v.object({
  exitParamsBatch: v.array(
    v.object({
      source: v.picklist(['OPTUNA', 'STATELESS', 'FALLBACK']),
      position: LEVELS,
      account: LEVELS,
      riskCapped: v.boolean(),
      readAt: v.nullable(v.string()),
    }),
  ),
});
const BINS = v.object({ leverageBins: v.array(v.object({ minLeverage: v.number(), maxLeverage: v.number() })) });

const ASK_LEVELS = `query ExitParamsBatch($requests: [ExitParamsRequest!]!) {
  exitParamsBatch(requests: $requests) {
    source position { stopLossPct takeProfitPct } account { stopLossPct takeProfitPct } riskCapped readAt
  }
}`;
const ASK_BINS = '{ leverageBins { minLeverage maxLeverage } }';

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A source with what it holds open. */
export type OpenedSource = LevelsSource & AsyncDisposable;

/** The service at `url`; `pairs` is empty, for a service does not list what is published. `key` is of any role that may ask. */
export function serviceSource(url: string, key: string | undefined, ca?: string): OpenedSource {
  const base = url.replace(/\/(graphql)?\/*$/, '');
  // With a certificate of its own the service is reached by its local address, which the certificate need not name.
  const agent = new Agent({ connect: ca === undefined ? {} : { ca, checkServerIdentity: () => undefined } });
  const ask = async <T>(schema: v.GenericSchema<unknown, T>, query: string, variables: object): Promise<T> => {
    const response = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
      body: JSON.stringify({ query, variables }),
      dispatcher: agent,
      signal: AbortSignal.timeout(PATIENCE_MS),
    }).catch((error: unknown) => {
      throw unusable(base, reasonOf(error), error);
    });
    const text = await response.text();
    if (response.status === 401) throw unusable(base, 'it wants a key of role bot that it knows: --key-file');
    const answer = v.safeParse(v.object({ data: schema }), parsed(text));
    if (!answer.success)
      throw unusable(base, `its answer is not as expected: HTTP ${response.status} ${text.slice(0, 200)}`);
    return answer.output.data;
  };
  return {
    name: base,
    answer: async (requests) => {
      const answers: Answered[] = [];
      for (let start = 0; start < requests.length; start += BATCH) {
        const part = requests.slice(start, start + BATCH);
        const { exitParamsBatch } = await ask(ANSWERS, ASK_LEVELS, { requests: part });
        if (exitParamsBatch.some(({ readAt }) => readAt === null)) throw unusable(base, NOT_READ);
        answers.push(...exitParamsBatch);
      }
      return answers;
    },
    bins: async () => (await ask(BINS, ASK_BINS, {})).leverageBins,
    pairs: async () => [],
    [Symbol.asyncDispose]: () => agent.close(),
  };
}

/** The running service of the data folder when there is one, else the hub itself; either knows every pair that levels are published for. */
export async function dataFolderSource(config: Config): Promise<OpenedSource> {
  await using opening = new AsyncDisposableStack();
  const hub = await openHub(config, silent);
  if (hub !== null) opening.use(hub);
  const desk = opening.use(await openHubDesk({ folder: config.data, hub, log: silent }));
  const pairs = async () => [...new Set((await desk.params.newest()).records.map(({ pair }) => pair))];
  const address = await readServiceFile(config.data);
  if (address !== undefined) {
    const ca = config.tlsCert === undefined ? undefined : await readFile(config.tlsCert, 'utf8');
    const service = opening.use(serviceSource(address.url, address.token, ca));
    if (await answers(service)) {
      const open = opening.move();
      return { ...service, pairs, [Symbol.asyncDispose]: () => open.disposeAsync() };
    }
  }
  const exits = opening.use(
    await openExits({
      params: desk.params,
      trades: { sums: (query, signal) => desk.trades.sums(query, signal), record: readOnly },
      snapshots: { load: async () => undefined, save: async () => undefined },
      onHubWrite: () => () => undefined,
      simplyRead: true,
      settings: { ...config, feePct: SEARCH_DEFAULTS.feePct },
      clock: systemClock,
      log: silent,
    }),
  );
  const deadlineMs = systemClock.now().monotonicMs + READING_MS;
  await exits.answer([]);
  while (!exits.hubReadOnce()) {
    if (systemClock.now().monotonicMs > deadlineMs)
      throw new Fault('HUB_UNAVAILABLE', `data folder ${config.data}: ${NOT_READ}`);
    await systemClock.sleep(POLL_MS);
  }
  const open = opening.move();
  return {
    name: config.data,
    answer: async (requests) =>
      (await exits.answer(requests)).map((answer) => {
        if (answer instanceof Fault) throw answer;
        return answer;
      }),
    bins: () => exits.leverageBins({}),
    pairs,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Whether a service is there: the address of a dead one may have stayed in the folder. */
async function answers(service: LevelsSource): Promise<boolean> {
  try {
    await service.bins();
    return true;
  } catch (error) {
    if (error instanceof Fault) return false;
    throw error;
  }
}

function readOnly(): never {
  throw new Error('an export records nothing');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unusable(base: string, why: string, cause?: unknown): Fault {
  return new Fault('UNUSABLE_INPUT', `the service at ${base}: ${why}`, { cause });
}

function reasonOf(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? inner.message : String(inner);
}
