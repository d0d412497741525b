// The feeders of the chaos: they send opinions without a pause, send again what got no answer where that is safe, and remember every acknowledgement.
import { setTimeout as wait } from 'node:timers/promises';
import type { Chance } from './chaos-chance.ts';

/** An opinion as it is sent. */
export interface Opinion {
  readonly pair: string;
  readonly side: 'LONG' | 'SHORT';
  readonly source: string;
  readonly confidence: number;
  readonly leverage?: number;
  readonly idempotencyKey?: string;
  readonly sentAt?: string;
}

/** A signal that the service said it has. */
export interface Acknowledged {
  readonly id: string;
  readonly opinion: Opinion;
  readonly atMs: number;
  readonly tookMs: number;
}

export interface Feeders {
  readonly acknowledged: readonly Acknowledged[];
  /** Answers that no feeder should ever get. */
  readonly faults: readonly string[];
  /** Sends nothing new; resolves when what is under way has been answered or given up. */
  stop(): Promise<void>;
}

const GIVE_UP_MS = 8_000;
const ANSWER_MS = 4_000;
/** How a service that is ending or starting may answer. */
const PASSING = ['JOURNAL_UNAVAILABLE'];
const SUBMIT = `mutation($input: SubmitSignalInput!) { submitSignal(input: $input) {
  duplicate windowClosesAt signal { id pair side source confidence } } }`;

interface Answer {
  readonly data?: { readonly submitSignal: { readonly duplicate: boolean; readonly signal: Opinion & { id: string } } };
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** Starts `count` feeders; `url` says where the service is at the moment. */
export function startFeeders(options: {
  readonly count: number;
  readonly chance: Chance;
  readonly pairs: readonly [string, ...string[]];
  readonly url: () => string | undefined;
}): Feeders {
  const { count, chance, pairs, url } = options;
  const acknowledged: Acknowledged[] = [];
  const faults: string[] = [];
  let isStopped = false;
  let keys = 0;

  // Every feeder speaks for a source of its own: two of one source that send in the same millisecond would be one signal.
  const opinionOf = (source: string): Opinion => {
    keys += 1;
    const identity = chance.pick([
      { idempotencyKey: `key-${keys}` },
      { idempotencyKey: `key-${keys}` },
      { sentAt: new Date().toISOString() },
      {},
    ]);
    return {
      pair: chance.pick(pairs),
      side: chance.pick(['LONG', 'SHORT']),
      source,
      confidence: chance.pick([0.9, chance.between(60, 100) / 100]),
      ...(chance.happens(0.5) ? { leverage: chance.between(1, 10) } : {}),
      ...identity,
    };
  };

  const send = async (input: Opinion, to: string): Promise<string | undefined> => {
    const startedMs = performance.now();
    const response = await fetch(`${to}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: SUBMIT, variables: { input } }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const { data, errors } = (await response.json()) as Answer;
    const refusal = errors?.[0];
    if (refusal !== undefined) {
      const code = refusal.extensions?.code ?? 'no code';
      const isTooOld = code === 'BAD_USER_INPUT' && input.sentAt !== undefined && refusal.message.includes('ms old');
      if (isTooOld) return 'given up';
      if (!PASSING.includes(code)) faults.push(`a feeder was answered ${code}: ${refusal.message}`);
      return undefined;
    }
    const signal = data?.submitSignal.signal;
    if (signal === undefined) return undefined;
    acknowledged.push({ id: signal.id, opinion: input, atMs: Date.now(), tookMs: performance.now() - startedMs });
    for (const field of ['pair', 'side', 'source', 'confidence'] as const) {
      if (signal[field] !== input[field]) faults.push(`signal ${signal.id} came back with another ${field}`);
    }
    return signal.id;
  };

  /** The id given to `input`; undefined when nobody knows whether it was accepted. */
  const sendUntilAnswered = async (input: Opinion): Promise<string | undefined> => {
    const isRepeatable = input.idempotencyKey !== undefined || input.sentAt !== undefined;
    const untilMs = performance.now() + GIVE_UP_MS;
    while (performance.now() < untilMs) {
      const to = url();
      const tried = to !== undefined;
      const id = tried ? await send(input, to).catch(() => undefined) : undefined;
      if (id !== undefined) return id;
      if (tried && !isRepeatable) return undefined;
      await wait(25);
    }
    return undefined;
  };

  const feed = async (source: string) => {
    while (!isStopped) {
      const input = opinionOf(source);
      const id = await sendUntilAnswered(input);
      if (id !== undefined && input.idempotencyKey !== undefined && chance.happens(0.1)) {
        const again = await sendUntilAnswered(input);
        if (again !== undefined && again !== id) faults.push(`${input.idempotencyKey} was given ${id}, then ${again}`);
      }
      await wait(chance.between(1, 60));
    }
  };
  const running = Array.from({ length: count }, (_, index) => feed(`75${String.fromCharCode(97 + index)}`));
  return {
    acknowledged,
    faults,
    stop: async () => {
      isStopped = true;
      await Promise.all(running);
    },
  };
}
