// Hubs to run the contract suites over: the stand-in, and a real InfluxDB 2 when INFLUX_TEST_URL, INFLUX_TEST_TOKEN and INFLUX_TEST_ORG are set, each time
// in buckets of its own that go with the test.
import { randomUUID } from 'node:crypto';
import { hubWrites, openFleetHub, openGatewayStore, openWorkerStore } from '#store/open.ts';
import {
  DEFAULT_HUB_NAMES,
  type GatewayStore,
  type HubNames,
  type HubPlace,
  type InfluxHub,
  type WorkerStore,
} from '#store/store.ts';
import { startInfluxStandIn } from '../../support/influx/stand-in.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';
import { type RecordingLog, recordingLog } from '../../support/recording-log.ts';
import { tempFolder } from '../../support/temp-folder.ts';

export interface HubForTests extends AsyncDisposable {
  readonly address: InfluxHub;
}

/** A stand-in with empty buckets. */
export async function standInHub(): Promise<
  HubForTests & { readonly standIn: Awaited<ReturnType<typeof startInfluxStandIn>> }
> {
  const buckets = Object.fromEntries(Object.values(DEFAULT_HUB_NAMES).map(({ bucket }) => [bucket, 0]));
  const standIn = await startInfluxStandIn({ buckets });
  const { url, token, org } = standIn;
  return {
    standIn,
    address: { url, token, org, names: DEFAULT_HUB_NAMES },
    [Symbol.asyncDispose]: () => standIn[Symbol.asyncDispose](),
  };
}

const { INFLUX_TEST_URL: realUrl, INFLUX_TEST_TOKEN: realToken, INFLUX_TEST_ORG: realOrg } = process.env;
export const HAS_REAL_HUB = [realUrl, realToken, realOrg].every((value) => value !== undefined && value !== '');

/** Buckets of a real server that nobody else has. */
export async function realHub(): Promise<HubForTests> {
  const [url = '', token = '', org = ''] = [realUrl, realToken, realOrg];
  const made: string[] = [];
  const ask = async (method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Token ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response.status === 204
      ? undefined
      : ((await response.json()) as Record<string, { id: string }[]> & { id: string });
  };
  const orgs = await ask('GET', `/api/v2/orgs?org=${encodeURIComponent(org)}`);
  const suffix = randomUUID().slice(0, 8);
  const own = Object.fromEntries(
    Object.entries(DEFAULT_HUB_NAMES).map(([place, { bucket, measurement }]) => [
      place,
      { bucket: `paramgate-test-${bucket}-${suffix}`, measurement },
    ]),
  ) as Record<keyof HubNames, HubPlace>;
  for (const name of new Set(Object.values(own).map(({ bucket }: { bucket: string }) => bucket))) {
    const bucket = await ask('POST', '/api/v2/buckets', { orgID: orgs?.orgs?.[0]?.id, name, retentionRules: [] });
    if (bucket !== undefined) made.push(bucket.id);
  }
  return {
    address: { url, token, org, names: own },
    [Symbol.asyncDispose]: async () => {
      for (const id of made) await ask('DELETE', `/api/v2/buckets/${id}`);
    },
  };
}

export interface OpenedOnHub extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly log: RecordingLog;
  readonly hub: HubForTests;
  readonly gateway: GatewayStore;
  readonly worker: WorkerStore;
  reopen(): Promise<void>;
}

const BOUNDS = { rows: 100_000, bytes: 100_000_000, ageMs: 86_400_000 };

/** Both sides of a store in a folder of their own, on `hub`. */
export async function openedOnHub(hub: HubForTests, clock: ManualClock = manualClock()): Promise<OpenedOnHub> {
  const folder = tempFolder();
  const log = recordingLog();
  const open = async () => {
    const fleet = await openFleetHub({ address: hub.address, bounds: BOUNDS, clock, chance: () => 0.5, log });
    const options = { folder: folder.path, log, hubWrites: hubWrites(), sharedTime: clock.shared, hub: fleet };
    return { fleet, gateway: await openGatewayStore(options), worker: await openWorkerStore(options) };
  };
  let sides = await open();
  const close = async () => {
    await sides.gateway[Symbol.asyncDispose]();
    await sides.worker[Symbol.asyncDispose]();
    await sides.fleet[Symbol.asyncDispose]();
  };
  return {
    clock,
    log,
    hub,
    get gateway() {
      return sides.gateway;
    },
    get worker() {
      return sides.worker;
    },
    reopen: async () => {
      await close();
      sides = await open();
    },
    [Symbol.asyncDispose]: async () => {
      await close();
      await hub[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
