// Draining: what is in flight is finished, nothing new is taken, and nobody can hold the service up.
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { openTestFront } from './front.ts';

const QUERY = '{ exitParams(pair: "BTC/USDT", leverage: 3) { pair } }';
const NEVER = new AbortController().signal;

/** Resolves once exits was asked `times` times. */
async function asked(front: { memory: { answered: readonly unknown[] } }, times: number): Promise<void> {
  while (front.memory.answered.length < times) await new Promise((resolve) => setImmediate(resolve));
}

describe('drain', () => {
  it('finishes requests in flight, answers the last arrivals, then refuses new connections and closes idle ones', async () => {
    const front = await openTestFront();
    const idle = connect(Number(new URL(front.url).port), '127.0.0.1');
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve) => {
      request(`${front.url}/healthz`, { agent }, (response) => response.resume().on('end', resolve)).end();
    });
    const gate = Promise.withResolvers<void>();
    front.memory.gate = gate.promise;
    const inFlight = front.ask(QUERY);
    await asked(front, 1);
    const drained = front.server.drain(NEVER);
    const lastArrival = await fetch(`${front.url}/healthz`);
    expect([lastArrival.status, lastArrival.headers.get('connection')]).toEqual([200, 'close']);
    await front.clock.advance(250);
    await expect(front.ask(QUERY)).rejects.toThrow();
    gate.resolve();
    expect((await inFlight).data).toEqual({ exitParams: { pair: 'BTC/USDT' } });
    await drained;
    idle.destroy();
    agent.destroy();
    await front.server.close();
    await front.server.close();
  });

  it('cuts what does not finish when its time is over', async () => {
    const front = await openTestFront();
    front.memory.gate = new Promise(() => {});
    const inFlight = front.ask(QUERY).catch((error: unknown) => error);
    await asked(front, 1);
    const patience = new AbortController();
    const drained = front.server.drain(patience.signal);
    patience.abort();
    await drained;
    expect(await inFlight).toBeInstanceOf(Error);
  });

  it('cuts at once when there is no time', async () => {
    const front = await openTestFront();
    front.memory.gate = new Promise(() => {});
    const inFlight = front.ask(QUERY).catch((error: unknown) => error);
    await asked(front, 1);
    await front.server.drain(AbortSignal.abort());
    expect(await inFlight).toBeInstanceOf(Error);
  });

  it('frees the port', async () => {
    const front = await openTestFront();
    await front.server.close();
    await expect(fetch(`${front.url}/healthz`)).rejects.toThrow();
  });
});
