// `paramgate hub status`: what waits for the fleet's InfluxDB, how long, and what it refused for good.
import type { Command } from 'commander';
import { isoTime } from '#domain/time.ts';
import { openOutboxDesk } from '#store/open.ts';
import { DEFAULT_HUB_NAMES, type DeadLetterStatus, type OutboxStatus } from '#store/store.ts';
import { systemClock } from '../clock.ts';
import { requireConfig } from '../config.ts';
import { askLocalGateway } from '../local-gateway.ts';
import { durationText } from '../progress.ts';

/** Dead letters shown; `--json` tells this many too. */
const SHOWN = 50;

export function addHubStatus(hub: Command): void {
  hub
    .command('status')
    .description('what waits for the hub, for how long, and what the hub refused for good')
    .option('--json', 'print one JSON document')
    .action(async (options: { readonly json?: true }) => {
      const config = requireConfig(process.env, process.cwd());
      const desk = openOutboxDesk(config.data, config.influx?.names ?? DEFAULT_HUB_NAMES);
      try {
        const told = await askLocalGateway(config, '/local/outbox', { requests: [] }).catch(() => undefined);
        const outboxes = liveStatus(told) ?? desk.status();
        const dead = outboxes.flatMap(({ holds }) => desk.deadLetters(holds, SHOWN));
        const nowMs = systemClock.now().wallMs;
        const status = { hub: config.influx?.url ?? null, outboxes, dead, nowMs };
        process.stdout.write(options.json === true ? asJson(status) : asText(status));
      } finally {
        desk.close();
      }
    });
}

interface Status {
  /** null: the hub is in the data folder. */
  readonly hub: string | null;
  readonly outboxes: readonly OutboxStatus[];
  readonly dead: readonly DeadLetterStatus[];
  readonly nowMs: number;
}

/** What a running service says of its outboxes; undefined when none answers or it has no shared hub. */
function liveStatus(told: unknown): readonly OutboxStatus[] | undefined {
  if (typeof told !== 'object' || told === null || !('outboxes' in told) || !Array.isArray(told.outboxes))
    return undefined;
  return told.outboxes.length === 0 ? undefined : (told.outboxes as readonly OutboxStatus[]);
}

function asJson({ hub, outboxes, dead, nowMs }: Status): string {
  const told = {
    hub,
    outboxes: outboxes.map((one) => ({
      holds: one.holds,
      bucket: one.bucket,
      depth: one.rows,
      bytes: one.bytes,
      oldestAt: one.oldestAtMs === null ? null : isoTime(one.oldestAtMs),
      oldestAgeSeconds: one.oldestAtMs === null ? null : ageMs(one, nowMs) / 1_000,
      deadLetters: one.deadLetters,
      behind: one.isBehind,
      breaker: one.breaker,
      alarm: one.alarm,
    })),
    deadLetters: dead.map((one) => ({
      id: `${one.holds}:${one.id}`,
      acceptedAt: isoTime(one.acceptedAtMs),
      refusedAt: isoTime(one.refusedAtMs),
      status: one.status,
      words: one.words,
      line: one.line,
    })),
  };
  return `${JSON.stringify(told, null, 2)}\n`;
}

function asText({ hub, outboxes, dead, nowMs }: Status): string {
  const lines = [hub === null ? 'hub: in the data folder; nothing is sent anywhere' : `hub: ${hub}`];
  for (const one of outboxes) {
    const waiting =
      one.rows === 0
        ? 'nothing waits'
        : `${one.rows} wait (${size(one.bytes)}), the oldest for ${durationText(ageMs(one, nowMs))}`;
    const behind = one.isBehind ? '; more are still to be taken from the journal' : '';
    const refused = one.deadLetters === 0 ? '' : `; ${one.deadLetters} dead letters`;
    lines.push(`${one.holds} -> ${one.bucket}: ${waiting}${behind}${refused}`);
    if (one.alarm !== null) lines.push(`  the hub does not let us write: ${one.alarm}`);
    else if (one.breaker !== null && one.breaker !== 'closed') lines.push('  the hub does not answer, or not now');
  }
  for (const one of dead) {
    lines.push(
      `${one.holds}:${one.id} refused ${isoTime(one.refusedAtMs)} (${one.status === 0 ? 'never sent' : one.status}): ${one.words}`,
    );
    if (one.line !== '') lines.push(`  ${one.line.length > 200 ? `${one.line.slice(0, 200)}...` : one.line}`);
  }
  if (dead.length > 0)
    lines.push(
      '`paramgate hub retry ID...` sends them again, `paramgate hub drop ID...` forgets them; --all means all',
    );
  return `${lines.join('\n')}\n`;
}

/** Never below zero: the clock may have been set back since. */
function ageMs({ oldestAtMs }: OutboxStatus, nowMs: number): number {
  return oldestAtMs === null ? 0 : Math.max(0, nowMs - oldestAtMs);
}

function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
