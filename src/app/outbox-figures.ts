// What Prometheus is told of the outboxes, by the bucket they go to. Read from the files when asked, so that it holds for a worker in another process too.
import type { Clock } from '#domain/time.ts';
import type { FigureByName } from '#http/server.ts';
import type { Outbox, OutboxStatus } from '#store/store.ts';

const BREAKER = { closed: 0, 'half-open': 0.5, open: 1 } as const;

/** The figures; none of them tells anything without a shared hub (`outbox` undefined or null). */
export function outboxFigures(outbox: () => Outbox | null | undefined, clock: Clock): readonly FigureByName[] {
  const by = (value: (one: OutboxStatus) => number | null, joined: (a: number, b: number) => number) => async () => {
    const values = new Map<string, number>();
    for (const one of (await outbox()?.status()) ?? []) {
      const own = value(one);
      if (own !== null) values.set(one.bucket, joined(values.get(one.bucket) ?? 0, own));
    }
    return [...values];
  };
  const sum = (a: number, b: number) => a + b;
  const ageMs = ({ oldestAtMs }: OutboxStatus) =>
    oldestAtMs === null ? 0 : Math.max(0, clock.now().wallMs - oldestAtMs) / 1_000;
  const figure = (name: string, help: string, read: FigureByName['read']): FigureByName => ({
    name,
    help,
    label: 'bucket',
    read,
  });
  return [
    figure(
      'outbox_rows',
      'Rows that wait for the hub.',
      by(({ rows }) => rows, sum),
    ),
    figure(
      'outbox_bytes',
      'Bytes of the lines that wait for the hub.',
      by(({ bytes }) => bytes, sum),
    ),
    figure('outbox_oldest_seconds', 'How long the oldest row has waited for the hub.', by(ageMs, Math.max)),
    figure(
      'outbox_dead_letters',
      'Lines the hub refused for good.',
      by(({ deadLetters }) => deadLetters, sum),
    ),
    figure(
      'outbox_behind',
      '1 while rows are still to be taken from their table: the outbox was full, or the hub had lost what it had.',
      by(({ isBehind }) => Number(isBehind), Math.max),
    ),
    figure(
      'outbox_breaker',
      'The breaker in front of the hub as this process has it: 0 closed, 0.5 looking, 1 open.',
      by(({ breaker }) => (breaker === null ? null : BREAKER[breaker]), Math.max),
    ),
    figure(
      'outbox_denied',
      '1 while the hub does not let this process write: a token, a bucket that is missing.',
      by(({ breaker, alarm }) => (breaker === null ? null : Number(alarm !== null)), Math.max),
    ),
  ];
}
