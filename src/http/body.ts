// Request bodies within a limit. What is too large is discarded as it arrives, never kept, and answered when the sender has finished talking.
import type { IncomingMessage } from 'node:http';
import type { Refusal } from './answer.ts';

/** Beyond this many times the limit nobody waits for the sender to finish. */
const PATIENCE = 32;

/** The declared length of a body; undefined when the sender does not say (chunked). A request without a body has length 0. */
export function declaredLength({ headers }: IncomingMessage): number | undefined {
  if (headers['transfer-encoding'] !== undefined) return undefined;
  return Number(headers['content-length'] ?? 0);
}

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
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk instanceof Buffer ? chunk : Buffer.from(String(chunk));
    size += bytes.length;
    if (size <= limit) kept.push(bytes);
    else kept.length = 0;
    if (size > limit * PATIENCE) return undefined;
  }
  return size > limit ? undefined : Buffer.concat(kept, size);
}
