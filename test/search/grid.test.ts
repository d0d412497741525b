// Ranges become exact decimals, the same from either end, and absurd ones are refused before any work.
import { describe, expect, it } from 'vitest';
import { gridOf } from '#search/grid.ts';

const TARGET = { min: 1, max: 1, step: 1 };

describe('gridOf', () => {
  it('makes the default plane of 341 x 291 exact levels', () => {
    const { stopsPct, targetsPct } = gridOf({ min: -0.2, max: -7, step: 0.02 }, { min: 0.2, max: 6, step: 0.02 });
    expect([stopsPct.length, targetsPct.length]).toEqual([341, 291]);
    expect(stopsPct.slice(0, 4)).toEqual([-0.2, -0.22, -0.24, -0.26]);
    expect([stopsPct[64], stopsPct.at(-1), targetsPct[40], targetsPct.at(-1)]).toEqual([-1.48, -7, 1, 6]);
  });

  it('runs from the level nearest zero outward, whichever end is given first', () => {
    const oneWay = gridOf({ min: -0.2, max: -7, step: 0.3 }, { min: 0.5, max: 3, step: 0.4 });
    expect(gridOf({ min: -7, max: -0.2, step: 0.3 }, { min: 3, max: 0.5, step: 0.4 })).toEqual(oneWay);
    expect(oneWay.targetsPct).toEqual([0.5, 0.9, 1.3, 1.7, 2.1, 2.5, 2.9]);
    expect(oneWay.stopsPct.at(-1)).toBe(-6.8);
  });

  it('rounds levels half away from zero to 4 decimals', () => {
    expect(gridOf({ min: -1, max: -1.0005, step: 0.00015 }, TARGET).stopsPct).toEqual([-1, -1.0002, -1.0003, -1.0005]);
  });

  it('includes both ends where the step divides the range, in spite of binary noise', () => {
    expect(gridOf({ min: -0.1, max: -0.3, step: 0.1 }, TARGET).stopsPct).toEqual([-0.1, -0.2, -0.3]);
  });

  it.each([
    [{ min: 0.2, max: -7, step: 0.02 }, 'stop'],
    [{ min: 0, max: -7, step: 0.02 }, 'stop'],
    [{ min: -0.2, max: -100, step: 0.02 }, 'stop'],
    [{ min: -0.2, max: Number.NaN, step: 0.02 }, 'stop'],
    [{ min: -0.2, max: -7, step: 0 }, 'stop'],
    [{ min: -0.2, max: -7, step: -0.02 }, 'stop'],
    [{ min: -0.2, max: -7, step: 0.00001 }, 'stop'],
  ])('refuses the stops %j', (stop, field) => {
    expect(() => gridOf(stop, TARGET)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', field }));
  });

  it.each([
    { min: -1, max: 2, step: 0.1 },
    { min: 0, max: 2, step: 0.1 },
    { min: 1, max: Number.POSITIVE_INFINITY, step: 0.1 },
  ])('refuses the targets %j', (target) => {
    expect(() => gridOf({ min: -1, max: -1, step: 1 }, target)).toThrow(expect.objectContaining({ field: 'target' }));
  });

  it('takes a million cells and refuses one row more, by the caller’s own names', () => {
    const thousand = { min: 0.1, max: 100, step: 0.1 };
    const { stopsPct, targetsPct } = gridOf({ min: -0.05, max: -50, step: 0.05 }, thousand);
    expect(stopsPct.length * targetsPct.length).toBe(1_000_000);
    expect(() => gridOf({ min: -0.05, max: -50.05, step: 0.05 }, thousand, (field) => `--${field}`)).toThrow(
      '--stop: 1001 stops x 1000 targets are 1001000 cells, about 201 MB; allowed: at most 1000000 cells (about 200 MB)',
    );
  });
});
