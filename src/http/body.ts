// Request bodies within a limit. What is too large is discarded as it arrives, never kept, and answered when the sender has finished talking.
import type { IncomingMessage } from 'node:http';
import type { Refusal } from './answer.ts';

/** Beyond this many times the limit nobody waits for the sender to finish. */
const PATIENCE = 32;

/** The refusal of a body over `limit` bytes. */
export function tooLarge(limit: number): Refusal {
  return {
    status: 413,
    code: 'LIMIT_EXCEEDED',
    message: `the body is larger than ${limit} bytes`,
    field: 'body',
    allowed: `at most ${limit} bytes`,
    headers: { connection: 'close' },
  };
}

/** The whole body; undefined when it is larger than `limit` bytes. Rejects when the sender goes away. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const kept: Buffer[] = [];
    let size = 0;
    request.on('data', (bytes: Buffer) => {
      size += bytes.length;
      if (size <= limit) kept.push(bytes);
      else kept.length = 0;
      if (size <= limit * PATIENCE) return;
      resolve(undefined);
      request.destroy();
    });
    request.once('end', () => resolve(size > limit ? undefined : joined(kept, size)));
    request.once('error', reject);
    // An error costs its stack trace: it is made only when the end did not come first.
    request.once('close', () => {
      if (!request.readableEnded) reject(new Error('the sender went away'));
    });
  });
}

function joined(parts: readonly Buffer[], size: number): Buffer {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : Buffer.concat(parts, size);
}
