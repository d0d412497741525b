// A hub in a process of its own, with the bucket that signals go to, until it is told to end: the strict stand-in, or a real influxd where
// PARAMGATE_TEST_INFLUXD names its binary.
import { hubChild, IS_REAL_HUB } from '../../test/support/hub-child.ts';
import { startInfluxStandIn } from '../../test/support/influx/stand-in.ts';

const options = { buckets: { ENSEMBLE: 0 } };
const hub = IS_REAL_HUB ? await hubChild(options) : await startInfluxStandIn(options);
process.once('SIGTERM', () => void hub[Symbol.asyncDispose]().then(() => process.exit()));
process.stdout.write(`${hub.url}\n`);
