// What the gateway tells Prometheus of feeders, bots and pauses: read from the journals when asked, so that it holds for a worker in another process too.
import type { Feeders, Pauses } from '#ensemble/ensemble.ts';
import type { Bots } from '#fleet/fleet.ts';
import type { FigureByName } from '#http/server.ts';

/** The figures over these doors. */
export function healthFigures({
  feeders,
  bots,
  pauses,
}: {
  readonly feeders: Pick<Feeders, 'silences'>;
  readonly bots: Pick<Bots, 'all'>;
  readonly pauses: Pick<Pauses, 'list'>;
}): readonly FigureByName[] {
  return [
    {
      name: 'feeder_silent',
      help: '1 while a feeder is quiet for longer than its own rhythm allows; of the 200 heard last.',
      label: 'source',
      read: async () => (await feeders.silences()).map(({ source, silent }) => [source, Number(silent)]),
    },
    {
      name: 'bot_reachable',
      help: '1 when the last request to a bot got an answer, whatever it was; left out before the first.',
      label: 'bot',
      read: async () =>
        (await bots.all()).flatMap(({ name, reachable }) => (reachable === null ? [] : [[name, Number(reachable)]])),
    },
    {
      name: 'bot_owed',
      help: 'Deliveries that are PENDING.',
      label: 'bot',
      read: async () => (await bots.all()).map(({ name, owed }) => [name, owed]),
    },
    {
      name: 'bot_unsettled',
      help: 'Orders whose end is unknown and whose trade is looked for.',
      label: 'bot',
      read: async () => (await bots.all()).map(({ name, unsettled }) => [name, unsettled]),
    },
    {
      name: 'pauses_in_force',
      help: 'Pauses in force: of everything, or of a part.',
      label: 'of',
      read: async () => {
        const inForce = await pauses.list(false);
        const all = inForce.filter((one) => [one.pair, one.side, one.source, one.bot].every((name) => name === null));
        return [
          ['everything', all.length],
          ['a part', inForce.length - all.length],
        ];
      },
    },
  ];
}
