// The gateway as it is, over a store that keeps no signal: what submitSignal costs when nothing is remembered. Says its address as the service does.
import { systemClock } from '#app/clock.ts';
import { requireConfig } from '#app/config.ts';
import { openGateway } from '#app/gateway.ts';
import { awaitWork, becomeLean } from '#app/lean-process.ts';
import { openLog } from '#app/log.ts';
import type { NewSignal } from '#domain/signal.ts';
import { hubWrites, openGatewayStore } from '#store/open.ts';
import type { AppendResult, GatewayStore } from '#store/store.ts';

becomeLean();
awaitWork();
const config = requireConfig(process.env, process.cwd());
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());
const surroundings = {
  config,
  clock: systemClock,
  log: openLog(config.logLevel),
  hubWrites: hubWrites(),
  hub: null,
  stopping: stopping.signal,
};

let seq = 0;
const forget = async (signals: readonly NewSignal[]): Promise<readonly AppendResult[]> =>
  signals.map(({ idempotencyKey: _key, windowMs, ...kept }) => {
    const openedAtMs = Date.now();
    seq += 1;
    const window = { openedAtMs, closesAtMs: openedAtMs + windowMs };
    return { kind: 'accepted', signal: { ...kept, seq, receivedAtMs: openedAtMs, window } };
  });

const gateway = await openGateway(surroundings, async (options): Promise<GatewayStore> => {
  const store = await openGatewayStore(options);
  return { ...store, signals: { ...store.signals, append: forget } };
});
process.stdout.write(`ready on ${gateway?.url}\n`);
stopping.signal.addEventListener('abort', async () => {
  await gateway?.drain(AbortSignal.timeout(1_000));
  await gateway?.[Symbol.asyncDispose]();
});
