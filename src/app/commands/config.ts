// `paramgate config`: every setting with its value in force and where that comes from; secrets are masked.
import type { Command } from 'commander';
import { Fault } from '#domain/fault.ts';
import { loadConfig } from '../config.ts';
import { KEYS, type Origin } from '../config-sources.ts';
import { TABLE } from '../config-table.ts';
import type { Settings } from '../settings.ts';

/** One line of the listing. `value` is null where nothing is set. */
interface Line {
  readonly key: string;
  readonly variable: string | null;
  readonly value: unknown;
  readonly from: string;
}

/** Adds the command to `program`. */
export function addConfigCommand(program: Command): void {
  program
    .command('config')
    .description('show the values in force and where each comes from')
    .option('--json', 'print one JSON document')
    .action(({ json }: { readonly json?: true }) => {
      const loaded = loadConfig(process.env, process.cwd());
      if ('mistakes' in loaded) throw new Fault('BAD_USER_INPUT', loaded.mistakes.join('\n'));
      const lines = KEYS.map((key) => lineOf(key, loaded.settings, loaded.origins[key]));
      process.stdout.write(json === true ? `${JSON.stringify({ settings: lines }, null, 2)}\n` : asTable(lines));
    });
}

function lineOf(key: keyof Settings, settings: Settings, origin: Origin): Line {
  const from = origin.from === 'default' ? 'default' : `${origin.from} ${origin.name}`;
  return { key, variable: TABLE[key].env, value: shown(key, settings[key]) ?? null, from };
}

function shown(key: keyof Settings, value: unknown): unknown {
  return TABLE[key].secret === true && typeof value === 'string' ? '***' : masked(value);
}

const MASKED = new Set(['key', 'password']);

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, MASKED.has(name) ? '***' : masked(item)]),
  );
}

function asTable(lines: readonly Line[]): string {
  const rows = lines.map(({ key, value, from }) => [key, shortText(value), from] as const);
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column as 0 | 1].length)));
  return rows
    .map(([key, value, from]) => `${key.padEnd(widths[0] ?? 0)}  ${value.padEnd(widths[1] ?? 0)}  ${from}\n`)
    .join('');
}

function shortText(value: unknown): string {
  if (value === null) return '-';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
