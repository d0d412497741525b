// The GraphiQL page: one self-contained document served by us, rendered at first use, kept compressed, sent unless the browser has it already.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';

export interface GraphiQLPage {
  readonly gzip: Uint8Array;
  readonly etag: string;
  readonly contentSecurityPolicy: string;
}

export interface GraphiQL {
  /** Whether a browser is asking for a page to look at. */
  wantedBy(request: IncomingMessage): boolean;
  answer(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** The page, not yet rendered. A rendering that fails is tried again by the next request. */
export function openGraphiQL(): GraphiQL {
  let rendering: Promise<GraphiQLPage> | undefined;
  const page = () => {
    rendering ??= renderInThread().catch((error: unknown) => {
      rendering = undefined;
      throw error;
    });
    return rendering;
  };
  return {
    wantedBy: ({ method, headers }) =>
      (method === 'GET' || method === 'HEAD') && headers.accept?.includes('text/html') === true,
    answer: async (request, response) => {
      const { gzip, etag, contentSecurityPolicy } = await page();
      const headers = {
        etag,
        'cache-control': 'no-cache',
        vary: 'accept, accept-encoding',
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      };
      if (request.headers['if-none-match'] === etag) {
        response.writeHead(304, headers).end();
        return;
      }
      const compressed = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
      const body = compressed ? gzip : gunzipSync(gzip);
      response.writeHead(200, {
        ...headers,
        'content-type': 'text/html; charset=utf-8',
        'content-length': body.byteLength,
        ...(compressed ? { 'content-encoding': 'gzip' } : {}),
      });
      response.end(body);
    },
  };
}

function renderInThread(): Promise<GraphiQLPage> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(import.meta.resolve('#http/graphiql-thread.ts')));
    thread.once('message', (page: GraphiQLPage) => {
      resolve(page);
      void thread.terminate();
    });
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the GraphiQL thread ended without a page')));
  });
}
