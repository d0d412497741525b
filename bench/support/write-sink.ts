// A hub that takes every write and keeps none, in a process of its own: what is left is what it costs to send. Says how many lines it got at GET /lines.
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';

let lines = 0;
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method === 'GET') {
      response.end(String(lines));
      return;
    }
    const body = Buffer.concat(chunks);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    let at = text.indexOf(10);
    lines += text.length === 0 ? 0 : 1;
    for (; at >= 0; at = text.indexOf(10, at + 1)) lines += 1;
    response.writeHead(204).end();
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.stdout.write(`http://127.0.0.1:${address.port}\n`);
});
