// The shapes of freqtrade's answers: `{"detail": ...}` from the framework, `{"error": ...}` from the bot itself.

/** An answer: its body is JSON always. */
export interface RestAnswer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One mistake in a body, as in the `detail` of a 422. */
export interface SchemaMistake {
  readonly type: string;
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly input: unknown;
  readonly ctx?: Readonly<Record<string, string>>;
}

export function success(body: unknown): RestAnswer {
  return { status: 200, body };
}

/** `{"detail": text}` */
export function refusal(status: number, detail: string, headers: Readonly<Record<string, string>> = {}): RestAnswer {
  return { status, body: { detail }, headers };
}

/** A 422 with every mistake. */
export function unprocessable(mistakes: readonly SchemaMistake[]): RestAnswer {
  return { status: 422, body: { detail: mistakes } };
}

/** What the bot does not do although it understood: `text` under the path that was asked. */
export function businessRefusal(path: string, text: string): RestAnswer {
  return { status: 502, body: { error: `Error querying ${path}: ${text}` } };
}
