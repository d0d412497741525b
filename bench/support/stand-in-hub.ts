// The strict stand-in of an InfluxDB in a process of its own, with the bucket that signals go to, until it is told to end.
import { startInfluxStandIn } from '../../test/support/influx/stand-in.ts';

const hub = await startInfluxStandIn({ buckets: { ENSEMBLE: 0 } });
process.stdout.write(`${hub.url}\n`);
