// Figures of one kind, kept in memory in front of the hub. One read serves however many ask; once there are figures nobody waits for the hub.
// What is served never depends on a read that hangs: a slow one is heard whenever it ends, and until then the last good figures stand.
import type { Now } from '#domain/time.ts';
import { mark } from '#trace/trace.ts';
import { type Attempt, beginAttempt, doneWithin } from './attempt.ts';
import type { FiguresOptions, KeptFigures } from './figures-options.ts';
import { type Learning, learning } from './learning.ts';
import type { Known } from './tier.ts';

/** What can be served at one instant. `readAtMs`: start of the last successful read, null: never. Without value `stale` is true. */
export interface Reading<T> extends Known<T> {
  readonly readAtMs: number | null;
  readonly stale: boolean;
}

/** A running read older than this makes answers stale. */
const STALE_RUNNING_MS = 5_000;
/** A read without an answer is given up after this long; twice as long after each one given up in a row, so that a hanging hub is not besieged. */
const GIVE_UP_MS = 30_000;
const GIVE_UP_MOST_MS = 600_000;

export class Figures<T> {
  readonly #options: FiguresOptions<T>;
  readonly #closing = new AbortController();
  /** Makes wishes come true with what this process wrote itself, where no hub needs to be asked for it. */
  readonly #learn: Learning;
  #value: T | undefined;
  #readAt: Now | undefined;
  #valueSeq = 0;
  #reserve: KeptFigures<T> | undefined;
  #running: Attempt | undefined;
  #lastStartMs = Number.NEGATIVE_INFINITY;
  #seq = 0;
  #giveUpMs = GIVE_UP_MS;
  #failing = false;
  #readOnce = false;
  #wished = 0;
  #fulfilled = 0;

  constructor(options: FiguresOptions<T>) {
    this.#options = options;
    this.#learn = learning(options, (value, wish) => {
      if (wish <= this.#fulfilled || this.#closing.signal.aborted) return;
      this.#value = value;
      this.#fulfilled = wish;
    });
    if (options.kept !== undefined) {
      if (options.keptInReserve === true) this.#reserve = options.kept;
      else this.#take(options.kept);
    }
    if (options.ahead) {
      this.#start(options.pace.waitMs);
      if (options.pace.everyMs > 0) void this.#readAhead();
    }
  }

  /** Whether a read of this process has succeeded. */
  readOnce(): boolean {
    return this.#readOnce;
  }

  /** How long ago the last successful read began, ms; of kept figures by the wall clock. undefined: there was none. */
  ageMs(): number | undefined {
    return this.#readAt && this.#options.clock.now().monotonicMs - this.#readAt.monotonicMs;
  }

  /** Something was written: the next answer wants a read that starts after now. */
  wish(): void {
    this.#wished += 1;
  }

  /** Starts a read when one is due. undefined: answer now; else answer when the promise resolves (it never rejects). */
  refresh(): Promise<void> | undefined {
    if (this.#closing.signal.aborted) return undefined;
    const { everyMs } = this.#options.pace;
    const now = this.#options.clock.now();
    if (everyMs === 0) this.wish();
    else if (this.#wished > this.#fulfilled && this.#readOnce) {
      const learned = this.#learn(now, this.#wished);
      if (learned !== undefined) return learned.then(() => this.#read(this.#options.clock.now().monotonicMs));
    }
    return this.#read(now.monotonicMs);
  }

  /** Starts a read when one is due or wished for; as `refresh`. */
  #read(nowMs: number): Promise<void> | undefined {
    const { waitMs } = this.#options.pace;
    this.#giveUp(nowMs);
    if (this.#running === undefined && (this.#wished > this.#fulfilled || this.#due(nowMs))) this.#start(waitMs);
    const running = this.#running;
    if (running === undefined || nowMs >= running.slowAtMs) return undefined;
    const unfulfilled = this.#wished > this.#fulfilled;
    const waits = unfulfilled || !this.#options.ahead || this.#servable(nowMs) === undefined;
    return waits ? this.#wait(nowMs, this.#wished) : undefined;
  }

  /** What can be served now. Reads nothing. */
  reading(): Reading<T> {
    const nowMs = this.#options.clock.now().monotonicMs;
    const value = this.#servable(nowMs);
    const readAtMs = this.#readAt?.wallMs ?? null;
    if (value !== undefined) return { value, absence: null, readAtMs, stale: this.#stale(nowMs) };
    const absence =
      this.#readAt === undefined
        ? 'hub not read yet'
        : `hub not read for more than ${this.#options.pace.maxStaleMs / 1_000} s`;
    return { value, absence, readAtMs, stale: true };
  }

  /** Starts no further read; a running one is no longer heard. */
  close(): void {
    this.#closing.abort();
    this.#running?.finish();
    this.#running = undefined;
  }

  /** Reads whenever a read is due, also when nobody asks. */
  async #readAhead(): Promise<void> {
    const { clock, pace } = this.#options;
    const closing = this.#closing.signal;
    while (!closing.aborted) {
      const nowMs = clock.now().monotonicMs;
      this.#giveUp(nowMs);
      if (this.#running === undefined && this.#due(nowMs)) this.#start(pace.waitMs);
      const dueInMs = this.#lastStartMs + pace.everyMs - nowMs;
      if (dueInMs > 0) {
        await clock.sleep(dueInMs, closing);
      } else if (this.#running !== undefined) {
        const { done, started } = this.#running;
        await doneWithin(done, started.monotonicMs + this.#giveUpMs - nowMs, clock);
      }
    }
  }

  #due(nowMs: number): boolean {
    return nowMs - this.#lastStartMs >= this.#options.pace.everyMs;
  }

  #stale(nowMs: number): boolean {
    if (this.#failing || !this.#readOnce) return true;
    return this.#running !== undefined && nowMs - this.#running.started.monotonicMs > STALE_RUNNING_MS;
  }

  /** The figures, unless the last successful read is too long ago. */
  #servable(nowMs: number): T | undefined {
    if (this.#readAt === undefined) return undefined;
    const { everyMs, maxStaleMs } = this.#options.pace;
    const ageMs = nowMs - this.#readAt.monotonicMs;
    const overdue = ageMs > everyMs + STALE_RUNNING_MS || this.#stale(nowMs);
    return ageMs > maxStaleMs && overdue ? undefined : this.#value;
  }

  /** Begins a read at the end of this tick's questions; nobody waits for it longer than `patienceMs`. */
  #start(patienceMs: number): void {
    this.#seq += 1;
    const { clock } = this.#options;
    const attempt = beginAttempt({ seq: this.#seq, wish: this.#wished, patienceMs, clock });
    this.#running = attempt;
    this.#lastStartMs = attempt.started.monotonicMs;
    void attempt.over.then(() => this.#useReserve());
    void Promise.resolve()
      .then(() => {
        attempt.wish = this.#wished;
        return this.#options.read(attempt.started, attempt.signal);
      })
      .then(
        (value) => this.#succeed(attempt, value),
        (error: unknown) => this.#fail(attempt, error),
      );
  }

  #succeed(attempt: Attempt, value: T): void {
    if (this.#closing.signal.aborted) return;
    const durationMs = this.#options.clock.now().monotonicMs - attempt.started.monotonicMs;
    mark('hub.read', { kind: this.#options.kind, durationMs });
    if (durationMs < GIVE_UP_MS) this.#giveUpMs = GIVE_UP_MS;
    // An abandoned read may end after a younger one: what is newer stays.
    if (attempt.seq > this.#valueSeq) {
      this.#value = value;
      // What was learned while it ran it may lack: that is learned again.
      if (this.#options.known !== undefined) this.#fulfilled = Math.min(this.#fulfilled, attempt.wish);
      this.#valueSeq = attempt.seq;
      this.#readAt = attempt.started;
      this.#reserve = undefined;
      this.#readOnce = true;
      this.#setFailing(false, undefined);
      this.#options.onRead?.(value, attempt.started.wallMs);
    }
    this.#end(attempt);
  }

  #fail(attempt: Attempt, error: unknown): void {
    if (this.#running !== attempt) return;
    const failure = error instanceof Error && 'kind' in error ? String(error.kind) : 'other';
    mark('hub.failed', {
      kind: this.#options.kind,
      error: error instanceof Error ? error.message : String(error),
      failure,
    });
    this.#end(attempt);
    this.#setFailing(true, error);
  }

  /** Stops waiting for a read that has had its time; should it still succeed, it is heard. */
  #giveUp(nowMs: number): void {
    const attempt = this.#running;
    if (attempt === undefined || nowMs - attempt.started.monotonicMs < this.#giveUpMs) return;
    const afterMs = this.#giveUpMs;
    this.#giveUpMs = Math.min(GIVE_UP_MOST_MS, 2 * afterMs);
    this.#fail(attempt, new Error(`no answer for ${afterMs / 1_000} s`));
  }

  #end(attempt: Attempt): void {
    if (this.#running === attempt) {
      this.#running = undefined;
      this.#fulfilled = Math.max(this.#fulfilled, attempt.wish);
    }
    attempt.finish();
  }

  #setFailing(failing: boolean, error: unknown): void {
    if (this.#failing === failing) return;
    this.#failing = failing;
    this.#options.onFailing?.(failing, error);
  }

  #useReserve(): void {
    if (this.#reserve === undefined || this.#closing.signal.aborted) return;
    this.#take(this.#reserve);
    this.#reserve = undefined;
  }

  /** Figures of an earlier run: their age is known by the wall clock only, and from now on counted by the monotonic one. */
  #take({ value, readAtMs }: KeptFigures<T>): void {
    const now = this.#options.clock.now();
    this.#value = value;
    this.#readAt = { wallMs: readAtMs, monotonicMs: now.monotonicMs - Math.max(0, now.wallMs - readAtMs) };
  }

  /** Waits until a read that fulfils `wish` is over, at most `waitMs` from `askedMs`. */
  async #wait(askedMs: number, wish: number): Promise<void> {
    while (this.#running !== undefined) {
      await this.#running.over;
      if (this.#running !== undefined || this.#fulfilled >= wish || this.#closing.signal.aborted) return;
      const leftMs = askedMs + this.#options.pace.waitMs - this.#options.clock.now().monotonicMs;
      this.#start(Math.max(0, leftMs));
    }
  }
}
