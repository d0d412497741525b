// Renders the GraphiQL page once, in a thread of its own: importing the renderer costs 47 MB, which leave with the thread.
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import type { GraphiQLPage } from './graphiql.ts';

const QUERY = `# Paramgate. Documentation: the book on the left. With keys configured, add to Headers: {"Authorization": "Bearer KEY"}
query {
  exitParams(pair: "BTC/USDT", leverage: 3) {
    source
    account { stopLossPct takeProfitPct }
    reason
  }
}
`;

const html = renderGraphiQL({
  endpoint: '/graphql',
  title: 'Paramgate',
  defaultQuery: QUERY,
  isHeadersEditorEnabled: true,
});

/** Only the page's own scripts may run, whatever else would get into it; styles and workers are made by the editor at run time. */
const scriptHashes = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
  ([, script = '']) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`,
);
const contentSecurityPolicy = [
  "default-src 'none'",
  `script-src ${scriptHashes.join(' ')}`,
  "style-src 'unsafe-inline'",
  "img-src 'self' data:",
  'font-src data:',
  "connect-src 'self'",
  'worker-src blob:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const gzip = gzipSync(html, { level: 9 });
const page: GraphiQLPage = {
  gzip,
  etag: `"${createHash('sha256').update(gzip).digest('base64url').slice(0, 22)}"`,
  contentSecurityPolicy,
};
parentPort?.postMessage(page);
