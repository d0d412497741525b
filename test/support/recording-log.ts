// A log that remembers its lines, for tests that assert what an operator is told.
import type { Log } from '#domain/log.ts';

export interface RecordingLog extends Log {
  readonly lines: { level: string; fields: Readonly<Record<string, unknown>>; message: string }[];
}

export function recordingLog(): RecordingLog {
  const lines: RecordingLog['lines'] = [];
  const at = (level: string) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    lines.push({ level, fields, message });
  };
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
