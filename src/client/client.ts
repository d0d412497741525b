// DOOR of client: the gateway for programs in TypeScript, in Node, Deno and browsers. Every answer is typed by the operation that asked.
import { errorOf } from './client-error.ts';
import { ask, type Fetch, type Front } from './front.ts';
import { gathering } from './gathering.ts';
import {
  type ClosedTradeInput,
  DecisionMadeDocument,
  type DecisionMadeSubscription,
  ExitParamsChangedDocument,
  type ExitParamsRequest,
  type LevelsFragment,
  RecordTradesDocument,
  type RecordTradesMutation,
  SearchProgressDocument,
  type SearchProgressSubscription,
  type Side,
  SubmitSignalDocument,
  type SubmitSignalInput,
  type SubmitSignalMutation,
  type TypedDocumentString,
} from './operations.ts';
import { stream } from './stream.ts';

export { type AnswerError, ParamgateError } from './client-error.ts';
export type { Fetch } from './front.ts';
export * from './operations.ts';

export interface ClientOptions {
  /** The gateway's address: `http://127.0.0.1:4000`, with or without `/graphql`. */
  readonly url: string;
  /** A bot's, feeder's or operator's key; absent where the gateway has none configured. */
  readonly key?: string | undefined;
  /** How long one attempt may take; 5,000. */
  readonly timeoutMs?: number | undefined;
  /** How often a question that may be repeated is asked again while the gateway is away; 3. */
  readonly retries?: number | undefined;
  /** What carries the requests; the platform's `fetch`, in Node undici's with kept-alive connections. */
  readonly fetch?: Fetch | undefined;
}

/** What one call may set for itself. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface ParamgateClient {
  /** The levels of one open trade. Calls of one tick share one request. */
  exitParams(request: ExitParamsRequest): Promise<LevelsFragment>;
  /**
   * Sends an opinion; resolves when it is journaled. Sent again while the gateway is away, under one idempotency key (made here unless given), so that it
   * counts once.
   */
  submitSignal(input: SubmitSignalInput, options?: CallOptions): Promise<SubmitSignalMutation['submitSignal']>;
  /** Records closed trades, at most 1,000, all or none. Repeated while the gateway is away: a trade counts once. */
  recordTrades(
    trades: readonly ClosedTradeInput[],
    options?: CallOptions,
  ): Promise<RecordTradesMutation['recordTrades']>;
  /** Any operation of this module or of your own codegen. Queries are asked again while the gateway is away, mutations never. */
  request<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    options?: CallOptions,
  ): Promise<Result>;
  /** The levels of each request as they are, then each change, for as long as one reads. Goes on by itself after a lost connection. */
  exitParamsChanged(
    requests: readonly ExitParamsRequest[],
    options?: CallOptions,
  ): AsyncGenerator<LevelsFragment, void>;
  /**
   * Each decision when it is made and when its outcome is final. Goes on by itself after a lost connection; what was decided meanwhile is found by
   * `EnsembleDecisionsDocument`.
   */
  decisionMade(
    filter?: { readonly pair?: string | undefined; readonly side?: Side | undefined },
    options?: CallOptions,
  ): AsyncGenerator<DecisionMadeSubscription['decisionMade'], void>;
  /** A study as it is, then its changes, to its end. */
  searchProgress(id: string, options?: CallOptions): AsyncGenerator<SearchProgressSubscription['searchProgress'], void>;
  /** Closes what is kept open. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 5_000;
const RETRIES = 3;

/** A client over `transport`. Throws a TypeError for an address that is none. */
export function clientOver(
  transport: { readonly fetch: Fetch; readonly close: () => Promise<void> },
  options: ClientOptions,
): ParamgateClient {
  const front: Front = {
    url: endpoint(options.url),
    headers: {
      'content-type': 'application/json',
      ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
    },
    fetch: options.fetch ?? transport.fetch,
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    retries: options.retries ?? RETRIES,
  };
  const once = async <Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    how: CallOptions & { readonly repeatable: boolean },
  ): Promise<Result> => {
    const { data, errors } = await ask(front, { query: document.toString(), variables, ...how });
    if (errors.length > 0) throw errorOf(errors, 200);
    return data as Result;
  };
  const followed = <Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    { signal, isLast = () => false }: CallOptions & { readonly isLast?: (result: Result) => boolean },
  ) => {
    const question = { query: document.toString(), variables, signal };
    return stream(front, question, (data) => isLast(data as Result)) as AsyncGenerator<Result, void, undefined>;
  };
  return {
    exitParams: gathering(front),
    submitSignal: async (input, how = {}) => {
      const sent = { ...input, idempotencyKey: input.idempotencyKey ?? newKey() };
      return (await once(SubmitSignalDocument, { input: sent }, { ...how, repeatable: true })).submitSignal;
    },
    recordTrades: async (trades, how = {}) =>
      (await once(RecordTradesDocument, { trades: [...trades] }, { ...how, repeatable: true })).recordTrades,
    request: (document, variables, how = {}) => once(document, variables, { ...how, repeatable: isQuery(document) }),
    exitParamsChanged: async function* (requests, how = {}) {
      const events = followed(ExitParamsChangedDocument, { requests: [...requests] }, how);
      for await (const { exitParamsChanged } of events) yield exitParamsChanged;
    },
    decisionMade: async function* (filter = {}, how = {}) {
      for await (const { decisionMade } of followed(DecisionMadeDocument, filter, how)) yield decisionMade;
    },
    searchProgress: async function* (id, how = {}) {
      const isLast = ({ searchProgress }: SearchProgressSubscription) => ENDS.has(searchProgress.state);
      for await (const { searchProgress } of followed(SearchProgressDocument, { id }, { ...how, isLast }))
        yield searchProgress;
    },
    close: transport.close,
  };
}

const ENDS = new Set<string>(['COMPLETE', 'FAILED', 'CANCELLED']);

function endpoint(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new TypeError('url: not an http address; allowed: http://HOST:PORT or https://HOST');
  if (url.username !== '' || url.password !== '')
    throw new TypeError('url: holds a login; allowed: an address without one, and the key beside it');
  if (url.pathname === '/') url.pathname = '/graphql';
  return url.href;
}

/** Whether the operation only reads: generated documents begin with what they are, or with fragments. */
function isQuery(document: TypedDocumentString<unknown, unknown> | { toString(): string }): boolean {
  return !/^\s*(?:mutation|subscription)\b/m.test(document.toString());
}

function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
