// Bodies over real sockets: whole in whatever pieces they come, bounded, and nobody waits for a sender who is gone.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readBody } from '#http/body.ts';

let heard: Promise<IncomingMessage>;
let socket: Socket;
let close: () => void;
beforeEach(async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  heard = once(server, 'request').then(([request]) => request);
  const { port } = server.address() as AddressInfo;
  socket = connect(port, '127.0.0.1').on('error', () => {});
  close = () => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  };
});
afterEach(() => close());

const head = (length: number) => `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${length}\r\n\r\n`;

it('joins the pieces, letters split between two of them included', async () => {
  const bytes = Buffer.from('grün und blau');
  socket.write(head(bytes.length));
  const request = await heard;
  const body = readBody(request, bytes.length);
  for (const byte of bytes) {
    socket.write(Buffer.from([byte]));
    await once(request, 'data');
  }
  expect((await body)?.toString()).toBe('grün und blau');
});

it('is empty without one', async () => {
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  expect(await readBody(await heard, 0)).toHaveLength(0);
});

it('hears a sender out who says a little too much, and then says so', async () => {
  socket.write(`${head(11)}${'x'.repeat(10)}`);
  const request = await heard;
  const body = readBody(request, 10);
  await once(request, 'data');
  expect(request.readableEnded).toBe(false);
  socket.write('x');
  expect(await body).toBeUndefined();
  expect(request.readableEnded).toBe(true);
});

it('cuts a sender off who goes on and on', async () => {
  socket.write(`${head(10_000)}${'x'.repeat(321)}`);
  const request = await heard;
  expect(await readBody(request, 10)).toBeUndefined();
  expect(request.destroyed).toBe(true);
});

it('rejects when the sender goes away first', async () => {
  socket.write(`${head(10)}xxx`);
  const body = readBody(await heard, 10);
  socket.destroy();
  await expect(body).rejects.toThrow();
});
