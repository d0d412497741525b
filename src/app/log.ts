// The log of a running process: one JSON line per event on standard error. Writing never holds up the caller, and fields named like secrets are blanked.
import { destination, pino, stdSerializers, stdTimeFunctions } from 'pino';
import type { Log } from '#domain/log.ts';
import type { LogLevel } from './settings.ts';

const STANDARD_ERROR = 2;
/** Lines that nobody reads are kept up to this many bytes; then new ones are dropped rather than memory used up. */
const MAX_WAITING_BYTES = 16 * 1_048_576;
const SECRETS = ['key', 'password', 'token', 'authorization', 'apiKey', 'secret'];

/** A log that writes `level` and above. What is waiting is written out when the process ends by itself. */
export function openLog(level: LogLevel): Log {
  const logger = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.err, error: errorOrText },
      redact: { paths: [...SECRETS, ...SECRETS.map((name) => `*.${name}`)], censor: '***' },
    },
    destination({ dest: STANDARD_ERROR, sync: false, maxLength: MAX_WAITING_BYTES }),
  );
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
  };
}

function errorOrText(value: unknown): unknown {
  return value instanceof Error ? stdSerializers.err(value) : value;
}
