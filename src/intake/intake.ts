// DOOR of intake: freqtrade's REST dialect, spoken to feeders. They point their freqtrade client at us and notice nothing; what they send becomes signals.
// Checks come in freqtrade's order: path and method, syntax of the body, credentials, schema, and then the signal itself.
import { Fault } from '#domain/fault.ts';
import type { Clock } from '#domain/time.ts';
import type { Intake } from '#ensemble/ensemble.ts';
import { parseBody } from './body.ts';
import { type Credential, openCallers } from './callers.ts';
import { COUNT_ROW, healthRow, settingsRow, VERSION_ROW } from './guise.ts';
import { readOrder } from './order.ts';
import { businessRefusal, type RestAnswer, refusal, success, unprocessable } from './rest-answer.ts';
import { openTokens } from './tokens.ts';

export type { Credential } from './callers.ts';
export type { RestAnswer } from './rest-answer.ts';

/** A request under /api/v1, with its whole body. `path` is without the query. */
export interface RestRequest {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: Uint8Array;
}

/** What became of a push: taken (recorded, or nothing to record), or nothing that can be read; in words. */
export interface PushEnd {
  readonly taken: boolean;
  readonly words: string;
}

export interface FeederIntake {
  /** The answer to one request. Rejects only for reasons of our own; then nothing was acknowledged. */
  answer(request: RestRequest): Promise<RestAnswer>;
}

interface Route {
  readonly methods: readonly string[];
  readonly answer: (request: RestRequest) => RestAnswer | Promise<RestAnswer>;
}

const PREFIX = '/api/v1';
/** Larger bodies are read for known callers only: reading them takes time from everybody else. */
const READ_FOR_ANYBODY = 65_536;

/** The dialect over ensemble's intake. Without any credentials every caller is let in; `secret` signs the tokens that logins are given. */
export function openFeederIntake(parts: {
  readonly intake: Intake;
  readonly credentials: readonly Credential[];
  readonly secret: Uint8Array;
  readonly dryRun: boolean;
  /** Takes what a bot's webhook pushes; absent: nothing does. Rejects with JOURNAL_UNAVAILABLE. */
  readonly push?: (pushed: {
    readonly body: Uint8Array;
    readonly contentType: string | undefined;
    /** The bot whose key it is; null: somebody else's credential. */
    readonly sender: string | null;
  }) => Promise<PushEnd>;
  readonly clock: Pick<Clock, 'now'>;
}): FeederIntake {
  const { intake, clock } = parts;
  const callers = openCallers(parts.credentials, openTokens(parts.secret, clock));
  const startedMs = clock.now().wallMs;

  const read = (row: () => unknown): Route => ({
    methods: ['GET'],
    answer: async ({ authorization }) => {
      const caller = await callers.identify(authorization);
      return 'refused' in caller ? caller.refused : success(row());
    },
  });
  const takeOrder = async ({ path, authorization, contentType, body }: RestRequest): Promise<RestAnswer> => {
    const known = body.byteLength > READ_FOR_ANYBODY ? await callers.identify(authorization) : undefined;
    if (known !== undefined && 'refused' in known) return known.refused;
    const parsed = parseBody(body, contentType);
    if ('refused' in parsed) return parsed.refused;
    const caller = known ?? (await callers.identify(authorization));
    if ('refused' in caller) return caller.refused;
    const order = readOrder(parsed.value, parsed.quoted);
    if ('mistakes' in order) return unprocessable(order.mistakes);
    try {
      const { signal } = await intake.submit(order.submission, caller.submitter);
      return success({ status: `Signal ${signal.id} accepted for ${signal.side.toLowerCase()} ${signal.pair}.` });
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      return error.code === 'JOURNAL_UNAVAILABLE'
        ? refusal(503, error.message)
        : businessRefusal(path, inDialect(error.message));
    }
  };
  const takePush = async ({ path, authorization, contentType, body }: RestRequest): Promise<RestAnswer> => {
    const sender = callers.pusher(authorization);
    if ('refused' in sender) return sender.refused;
    if (parts.push === undefined) return refusal(404, 'Not Found');
    try {
      const { taken, words } = await parts.push({ body, contentType, sender: sender.bot });
      return taken ? success({ status: words }) : businessRefusal(path, words);
    } catch (error) {
      if (error instanceof Fault) return refusal(503, error.message);
      throw error;
    }
  };
  const settings = settingsRow(parts.dryRun);
  const routes = new Map<string, Route>([
    ['/ping', { methods: ['HEAD', 'GET'], answer: () => success({ status: 'pong' }) }],
    ['/token/login', { methods: ['POST'], answer: ({ authorization }) => callers.logIn(authorization) }],
    ['/token/refresh', { methods: ['POST'], answer: ({ authorization }) => callers.refresh(authorization) }],
    ['/version', read(() => VERSION_ROW)],
    ['/show_config', read(() => settings)],
    ['/count', read(() => COUNT_ROW)],
    ['/status', read(() => [])],
    ['/health', read(() => healthRow(clock.now().wallMs, startedMs))],
    ['/forceenter', { methods: ['POST'], answer: takeOrder }],
    ['/forcebuy', { methods: ['POST'], answer: takeOrder }],
    ['/webhook/freqtrade', { methods: ['POST'], answer: takePush }],
  ]);
  return {
    answer: async (request) => {
      const route = routes.get(request.path.slice(PREFIX.length));
      if (route?.methods.includes(request.method)) return route.answer(request);
      // A path of freqtrade's web interface stands behind all others: it takes any GET and finds nothing.
      if (request.method === 'GET') return refusal(404, 'Not Found');
      return refusal(405, 'Method Not Allowed', { allow: route?.methods[0] ?? 'GET' });
    },
  };
}

/** A refusal's text with the name that this dialect has for the tag. */
function inDialect(message: string): string {
  return message.replace(/^enterTag(?=:)/, 'entry_tag');
}
