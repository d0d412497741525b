// Studies as they are asked for and shown.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Plane } from '#domain/study.ts';
import { chosenValues } from '#graphql/dimension.ts';
import { downsample } from '#graphql/plane.ts';
import { SEARCH_DEFAULTS } from '#search/search.ts';
import { openTestFront, STUDY_DEFAULTS, type TestFront } from '../http/front.ts';

let front: TestFront;
beforeAll(async () => {
  front = await openTestFront();
});
afterAll(() => front.server.close());

const START =
  'mutation ($input: StartSearchInput!) { startSearch(input: $input) { id state trials best { objective } } }';
const SPEC = {
  ...SEARCH_DEFAULTS,
  ...STUDY_DEFAULTS,
  pair: 'BTC/USDT',
  timeframe: '5m',
  side: null,
  feePct: 0.05,
  fills: 'CONSERVATIVE',
  maxHold: 500,
  objective: 'NET_PROFIT',
  sampler: 'EXACT',
  seed: 0,
  fromMs: null,
  toMs: null,
  publish: false,
};

function planeOf(stops: number, targets: number): Plane {
  const row = (value: number) => Array.from({ length: targets }, (_, column) => value * 1000 + column);
  return {
    stops: Array.from({ length: stops }, (_, index) => -index / 10),
    targets: Array.from({ length: targets }, (_, index) => index / 10),
    trades: Array.from({ length: stops }, () => row(0)),
    values: Array.from({ length: stops }, (_, index) => row(index)),
  };
}

describe('startSearch', () => {
  it.each([
    [{ pair: 'BTC/USDT' }, {}],
    [{ pair: 'BTC/USDT', timeframe: null, stop: null, feePct: null, seed: null, from: null, publish: null }, {}],
    [
      {
        pair: 'BTC/USDT',
        side: 'SHORT',
        seed: 7,
        publish: true,
        from: '2026-01-01T00:00Z',
        stop: { min: -3, max: -1, step: 1 },
      },
      { side: 'SHORT', seed: 7, publish: true, fromMs: Date.UTC(2026, 0, 1), stop: { min: -3, max: -1, step: 1 } },
    ],
    [
      {
        pair: 'BTC/USDT',
        sampler: 'TPE',
        trials: 40,
        maxHolds: { min: 10, max: 50, step: 10 },
        space: [
          { name: 'TRAILING', min: 0.5, max: 2, step: 0.5 },
          { name: 'TRAILING_BEYOND', min: 0.5, max: 0.5, step: 1 },
          { name: 'ROI_1_AFTER', min: 60, max: 120, step: 60 },
          { name: 'ROI_1', min: 0, max: 1, step: 0.5 },
        ],
      },
      {
        sampler: 'TPE',
        trials: 40,
        maxHold: 50,
        space: [
          { name: 'maxHold', min: 10, max: 50, step: 10 },
          { name: 'trailing', min: 0.5, max: 2, step: 0.5 },
          { name: 'trailingBeyond', min: 0.5, max: 0.5, step: 1 },
          { name: 'roi1After', min: 60, max: 120, step: 60 },
          { name: 'roi1', min: 0, max: 1, step: 0.5 },
        ],
      },
    ],
  ])('asks for a whole spec: %j', async (input, differs) => {
    const { data, errors } = await front.ask(START, { input });
    expect(errors).toEqual([]);
    expect(data?.startSearch).toMatchObject({ state: 'QUEUED', trials: expect.any(Number), best: null });
    expect(front.memory.started.at(-1)).toEqual({ ...SPEC, ...differs });
  });

  it('says of a study of more than levels why nobody is served its winner', async () => {
    const ask = (input: Record<string, unknown>) =>
      front.ask('mutation ($input: StartSearchInput!) { startSearch(input: $input) { unpublishable } }', { input });
    const held = { pair: 'BTC/USDT', maxHolds: { min: 10, max: 50, step: 10 } };
    expect((await ask({ pair: 'BTC/USDT' })).data?.startSearch).toEqual({ unpublishable: null });
    expect((await ask(held)).data?.startSearch).toEqual({
      unpublishable: expect.stringContaining('maxHold cannot be published: bots are served a stop and a target'),
    });
  });

  it('names a wrong range under the input', async () => {
    const { errors } = await front.ask(START, { input: { pair: 'BTC/USDT', stop: { min: 1, max: 2, step: 1 } } });
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'input.stop' });
  });

  it('has no option for what does not exist', async () => {
    const { errors } = await front.ask(START, { input: { pair: 'BTC/USDT', sampler: 'CMAES' } });
    expect(errors[0]?.extensions).toMatchObject({
      field: 'input.sampler',
      allowed: 'Sampler (EXACT, GRID, RANDOM, TPE)',
    });
  });
});

it('what was chosen beside the levels is told in one order', () => {
  expect(chosenValues({ space: { roi1: 0.5, trailing: 2, maxHold: 30, roi1After: 60 } })).toEqual([
    { name: 'maxHold', value: 30 },
    { name: 'trailing', value: 2 },
    { name: 'roi1After', value: 60 },
    { name: 'roi1', value: 0.5 },
  ]);
  expect(chosenValues({})).toEqual([]);
});

describe('a study', () => {
  it('is unknown as null, and cannot be cancelled then', async () => {
    expect((await front.ask('{ study(id: "no") { id } }')).data).toEqual({ study: null });
    const { errors } = await front.ask('mutation { cancelSearch(id: "no") { id } }');
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'id' });
  });

  it('shows its plane at most 200 x 200, and few planes in one request', async () => {
    const { data } = await front.ask(START, { input: { pair: 'BTC/USDT' } });
    const started = data?.startSearch as { id: string };
    const id = started.id;
    front.memory.planes.set(id, planeOf(341, 291));
    const shown = await front.ask(`{ study(id: "${id}") { plane { stops targets values } } }`);
    const study = shown.data?.study as { plane: Plane };
    const plane = study.plane;
    expect([plane.stops.length, plane.targets.length, plane.values.length, plane.values[0]?.length]).toEqual([
      50, 60, 50, 60,
    ]);
    const large = await front.ask(`{ study(id: "${id}") { plane(width: 201) { stops } } }`);
    expect(large.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', field: 'width' });
    const planes = Array.from({ length: 11 }, (_, index) => `p${index}: plane { stops }`).join(' ');
    const many = await front.ask(`{ study(id: "${id}") { ${planes} } }`);
    expect(many.errors.map(({ extensions }) => extensions.code)).toEqual(['LIMIT_EXCEEDED']);
  });

  it('shows real cells, first and last kept, in order, none twice', () => {
    const size = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(size, size, size, size, (stops, targets, height, width) => {
        const plane = planeOf(stops, targets);
        const shown = downsample(plane, width, height);
        expect(shown.stops).toHaveLength(Math.min(stops, height));
        expect(shown.targets).toHaveLength(Math.min(targets, width));
        expect(new Set(shown.stops).size).toBe(shown.stops.length);
        if (height > 1) expect([shown.stops[0], shown.stops.at(-1)]).toEqual([plane.stops[0], plane.stops.at(-1)]);
        for (const [row, stop] of shown.stops.entries()) {
          for (const [column, target] of shown.targets.entries()) {
            const value = plane.values[plane.stops.indexOf(stop)]?.[plane.targets.indexOf(target)];
            expect(shown.values[row]?.[column]).toBe(value);
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
