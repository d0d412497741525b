// A real influxd as a process of its own where the stand-in would be: killed, frozen, started again with what it has on disk, or empty. The binary is named
// by PARAMGATE_TEST_INFLUXD; nothing of it is part of the project.
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Child, child } from './child.ts';
import type { StandInOptions } from './influx/stand-in.ts';
import type { StandInOrder } from './influx/stand-in-process.ts';
import { influxdPoints } from './influxd-points.ts';
import type { StandInChild } from './stand-in-child.ts';

const PATIENCE_MS = 30_000;

/** Starts `binary` with the organisation, the first token and the buckets of `options`. Orders that only a stand-in obeys are refused. */
export async function influxdChild(binary: string, options: StandInOptions): Promise<StandInChild> {
  const { org = 'fleet', buckets = {} } = options;
  const token = Object.keys(options.tokens ?? {})[0] ?? 'stand-in-token';
  const folder = await mkdtemp(join(tmpdir(), 'paramgate-influxd-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const file = (name: string) => join(folder, name);
  const words = ['--bolt-path', file('influxd.bolt'), '--sqlite-path', file('influxd.sqlite')];
  words.push('--engine-path', file('engine'), '--http-bind-address', `127.0.0.1:${port}`);
  words.push('--reporting-disabled', '--log-level', 'error');
  let running: Child | undefined;

  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${url}/api/v2/${path}`, { method, headers, ...sent });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  const orgId = async () => {
    const { orgs } = await api<{ orgs: readonly { id: string }[] }>('GET', `orgs?org=${org}`);
    return orgs[0]?.id ?? '';
  };
  const addBucket = async (name: string, everySeconds = 0) => {
    const retentionRules = everySeconds === 0 ? [] : [{ type: 'expire', everySeconds }];
    await api('POST', 'buckets', { orgID: await orgId(), name, retentionRules });
  };
  const begin = async () => {
    running = child(words, { command: binary, stdio: ['ignore', 'pipe', 'pipe'] });
    running.process.stdout?.resume();
    const untilMs = performance.now() + PATIENCE_MS;
    while (!(await isUp(url))) {
      if (performance.now() > untilMs) throw new Error(`${binary} does not answer`);
      await wait(20);
    }
  };
  const setUp = async () => {
    const who = { username: 'tests', password: 'tests-of-paramgate' };
    await api('POST', 'setup', { ...who, org, bucket: 'first-of-all', token });
    for (const [name, seconds] of Object.entries(buckets)) await addBucket(name, seconds);
  };
  const kill = async () => running?.[Symbol.asyncDispose]();
  /** Without an entry for our token the hub knows it no more, and nothing but its own file brings the same token back. */
  const allow = async (isAllowed: boolean) => {
    await kill();
    const [books, copy] = [file('influxd.bolt'), file('influxd.bolt.copy')];
    await copyFile(isAllowed ? copy : books, isAllowed ? books : copy);
    await begin();
    if (isAllowed) return;
    const { authorizations } = await api<{ authorizations: readonly { id: string }[] }>('GET', 'authorizations');
    for (const { id } of authorizations) await api('DELETE', `authorizations/${id}`);
  };
  const obey = async (order: StandInOrder): Promise<unknown> => {
    switch (order.do) {
      case 'calm':
        return null;
      case 'allow':
        return allow(Object.keys(order.tokens).length > 0);
      case 'addBucket':
        return addBucket(order.bucket);
      case 'dropBucket': {
        const { buckets: found } = await api<{ buckets: readonly { id: string }[] }>(
          'GET',
          `buckets?name=${order.bucket}`,
        );
        return api('DELETE', `buckets/${found[0]?.id}`);
      }
      case 'contents':
        return influxdPoints({ url, token, org }, order.bucket, order.measurement);
      case 'points':
        return (await influxdPoints({ url, token, org }, order.bucket, order.measurement)).length;
      default:
        throw new Error(`a real server does not obey ${order.do}`);
    }
  };
  const startAgain = async (awayMs = 0) => {
    await kill();
    await wait(awayMs);
    await begin();
  };
  // Whoever started it may end without a word: a server that goes on alone is nobody's.
  const end = () => void running?.process.kill('SIGKILL');
  process.once('exit', end);
  await begin();
  await setUp();
  return {
    url,
    order: async <T>(order: StandInOrder) => (await obey(order)) as T,
    freeze: () => void running?.process.kill('SIGSTOP'),
    thaw: () => void running?.process.kill('SIGCONT'),
    startAgain,
    startAgainEmpty: async (awayMs = 0) => {
      await kill();
      for (const name of ['influxd.bolt', 'influxd.sqlite', 'engine'])
        await rm(file(name), { recursive: true, force: true });
      await wait(awayMs);
      await begin();
      await setUp();
    },
    kill: async () => void (await kill()),
    [Symbol.asyncDispose]: async () => {
      await kill();
      process.off('exit', end);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function isUp(url: string): Promise<boolean> {
  return fetch(`${url}/ping`, { signal: AbortSignal.timeout(1_000) }).then(
    ({ status }) => status === 204,
    () => false,
  );
}

/** A port nobody listens on now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
