// A process of the store's tests: `side.ts gateway FOLDER` opens the gateway side, says `open`, and then appends one signal per line of standard input
// (the line is its idempotency key), saying `kept KEY` or `lost KEY CODE MESSAGE`. Says `refused CODE` and the message when it cannot be opened.
import { createInterface } from 'node:readline';
import { Fault } from '#domain/fault.ts';
import { hubWrites, openGatewayStore } from '#store/open.ts';
import { recordingLog } from '../../support/recording-log.ts';
import { newSignal } from '../samples.ts';

const [, , , folder = ''] = process.argv;
const say = (line: string) => process.stdout.write(`${line}\n`);
const told = (error: unknown) => (error instanceof Fault ? [error.code, error.message] : ['ERROR', String(error)]);
try {
  const gateway = await openGatewayStore({ folder, log: recordingLog(), hubWrites: hubWrites() });
  say('open');
  const appends: Promise<void>[] = [];
  for await (const key of createInterface({ input: process.stdin })) {
    const signal = newSignal({ idempotencyKey: key, enterTag: key.padEnd(800, '.') });
    appends.push(
      gateway.signals.append([signal]).then(
        () => void say(`kept ${key}`),
        (error: unknown) => void say(`lost ${key} ${told(error).join(' ')}`),
      ),
    );
  }
  await Promise.all(appends);
  await gateway[Symbol.asyncDispose]();
} catch (error) {
  const [code, message] = told(error);
  say(`refused ${code}`);
  say(message ?? '');
}
