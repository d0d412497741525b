// What makes a signal acceptable: a submission becomes a complete, checked signal, or a fault that names the field and what is allowed there. Pure.
// Nothing is invented in silence: a confidence that is missing is refused, or is the configured one and marked as such.
import { badInput, Fault } from '#domain/fault.ts';
import { requireLeverage, requirePair, type Side } from '#domain/market.ts';
import { isSource, type NewSignal, SOURCE_ALLOWED, toE4 } from '#domain/signal.ts';
import { isoTime } from '#domain/time.ts';
import { type EnsembleSettings, rulesFor } from './settings.ts';
import { readTag, TAG_ALLOWED, type TagReading } from './tag.ts';

/** A signal as a feeder sends it, before anything is checked; absent and null mean the same. */
export interface SignalSubmission {
  readonly pair: string;
  readonly side: Side;
  readonly source?: string | null | undefined;
  readonly confidence?: number | null | undefined;
  readonly leverage?: number | null | undefined;
  readonly enterTag?: string | null | undefined;
  readonly profitPct?: number | null | undefined;
  readonly safetyPct?: number | null | undefined;
  readonly sentAtMs?: number | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
  readonly extras?: Readonly<Record<string, unknown>> | null | undefined;
}

/**
 * Who submits: the credential's name, the sources it may speak for (undefined: any), and the source of its signals that name none
 * (undefined: its only source, when it may speak for exactly one).
 */
export interface Submitter {
  readonly credential: string;
  readonly sources?: readonly string[] | undefined;
  readonly defaultSource?: string | undefined;
}

/** How far ahead of our clock a feeder's may be. */
const MAX_AHEAD_MS = 30_000;
const MAX_IDEMPOTENCY_KEY = 255;
const NOTHING: TagReading = {
  side: undefined,
  sources: [],
  malformedSource: undefined,
  confidence: undefined,
  profitPct: undefined,
  safetyPct: undefined,
};

/** What the journal still has to be told beside the id: everything of a NewSignal. */
export type AcceptableSignal = Omit<NewSignal, 'id'>;

/**
 * The signal that `submission` stands for. Throws BAD_USER_INPUT with the field (`input.leverage`), or FORBIDDEN for another feeder's source.
 * One that was sent too long ago is complete all the same (`requireRecent` refuses it): it may be known from when it was new.
 */
export function acceptable(
  submission: SignalSubmission,
  submitter: Submitter,
  context: { readonly settings: EnsembleSettings; readonly wallMs: number },
): AcceptableSignal {
  const pair = requirePair(submission.pair, 'pair');
  const side = submission.side;
  if (side !== 'LONG' && side !== 'SHORT') throw badInput('side', `${shown(side)} is no side`, 'LONG or SHORT');
  const enterTag = submission.enterTag || null;
  const tag = enterTag === null ? NOTHING : readTag(enterTag, 'enterTag');
  if (tag.side !== undefined && tag.side !== side) {
    throw badInput('enterTag', `the tag says ${tag.side}, the signal says ${side}`, 'the same side in both');
  }
  const { windowMs } = rulesFor(context.settings, pair, side);
  return {
    pair,
    side,
    source: sourceOf(submission, tag, submitter),
    ...confidenceOf(submission, tag, context.settings),
    leverage: submission.leverage == null ? null : requireLeverage(submission.leverage, 'leverage'),
    enterTag,
    profitPct: finite(submission.profitPct, 'profitPct') ?? tag.profitPct ?? null,
    safetyPct: finite(submission.safetyPct, 'safetyPct') ?? tag.safetyPct ?? null,
    sentAtMs: sentAtOf(submission.sentAtMs, context.wallMs, windowMs),
    extras: submission.extras ?? null,
    credential: submitter.credential,
    idempotencyKey: keyOf(submission.idempotencyKey),
    windowMs,
  };
}

function sourceOf(submission: SignalSubmission, tag: TagReading, submitter: Submitter): string {
  const source = submission.source ?? tagSource(tag) ?? credentialSource(submitter);
  if (source === undefined) {
    const allowed =
      'a source in the field, one `from SOURCE` in the tag, or a credential that speaks for exactly one source';
    throw badInput('source', 'missing', allowed);
  }
  if (!isSource(source)) throw badInput('source', `${shown(source)} is no source`, SOURCE_ALLOWED);
  if (submitter.sources !== undefined && !submitter.sources.includes(source)) {
    throw new Fault('FORBIDDEN', `Source ${source} is not allowed for this user.`, {
      field: 'source',
      allowed: submitter.sources.join(', '),
    });
  }
  return source;
}

function tagSource(tag: TagReading): string | undefined {
  if (tag.malformedSource !== undefined) {
    throw badInput('enterTag', `${shown(tag.malformedSource)} after \`from\` is no source`, SOURCE_ALLOWED);
  }
  if (tag.sources.length > 1) {
    throw badInput('enterTag', `the tag names ${tag.sources.length} sources`, 'one source: a signal is one opinion');
  }
  return tag.sources[0];
}

function credentialSource(submitter: Submitter): string | undefined {
  return submitter.defaultSource ?? (submitter.sources?.length === 1 ? submitter.sources[0] : undefined);
}

function confidenceOf(
  submission: SignalSubmission,
  tag: TagReading,
  settings: EnsembleSettings,
): Pick<NewSignal, 'confidenceE4' | 'confidenceDefaulted'> {
  const given = submission.confidence ?? tag.confidence;
  const confidence = given ?? settings.missingConfidence;
  if (confidence === undefined) {
    throw badInput(
      'confidence',
      'missing, in the field and in the tag (a known cause: the command line of freqtrade-client cuts a tag at its second `=`, so `conf=0.89` arrives as `conf`)',
      `a number from 0 to 1, or conf= in the tag, as in ${TAG_ALLOWED}`,
    );
  }
  if (!(confidence >= 0 && confidence <= 1)) {
    throw badInput('confidence', `${confidence} is not a confidence`, 'a number from 0 to 1');
  }
  return { confidenceE4: toE4(confidence), confidenceDefaulted: given === undefined };
}

function finite(value: number | null | undefined, field: string): number | undefined {
  if (value == null) return undefined;
  if (Number.isFinite(value)) return value;
  throw badInput(field, `${value} is not finite`, 'a finite percentage');
}

/** Whether a signal was sent longer than a window ago: it would vote on what is over. */
export function isTooOld({ sentAtMs, windowMs }: AcceptableSignal, wallMs: number): boolean {
  return sentAtMs !== null && wallMs - sentAtMs > windowMs;
}

/** Refuses a signal that `isTooOld`. */
export function requireRecent(signal: AcceptableSignal, wallMs: number): void {
  if (!isTooOld(signal, wallMs)) return;
  throw badInput('sentAt', `${wallMs - (signal.sentAtMs ?? wallMs)} ms old`, sendingTimes(wallMs, signal.windowMs));
}

function sentAtOf(sentAtMs: number | null | undefined, wallMs: number, windowMs: number): number | null {
  if (sentAtMs == null) return null;
  const allowed = sendingTimes(wallMs, windowMs);
  if (!Number.isFinite(sentAtMs)) throw badInput('sentAt', `${sentAtMs} is no time`, allowed);
  const at = Math.trunc(sentAtMs);
  if (at - wallMs > MAX_AHEAD_MS) throw badInput('sentAt', `${at - wallMs} ms in the future`, allowed);
  return at;
}

function sendingTimes(wallMs: number, windowMs: number): string {
  return `from one window (${windowMs / 1000} s) ago to ${MAX_AHEAD_MS / 1000} s ahead of ${isoTime(Math.trunc(wallMs))}`;
}

function keyOf(key: string | null | undefined): string | null {
  if (key == null) return null;
  if (key.length > 0 && key.length <= MAX_IDEMPOTENCY_KEY && !/[\p{Cc}\p{Cs}]/u.test(key)) return key;
  throw badInput(
    'idempotencyKey',
    `${key.length} characters or control characters in it`,
    `1 to ${MAX_IDEMPOTENCY_KEY} characters without control characters`,
  );
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
