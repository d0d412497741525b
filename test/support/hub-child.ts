// The hub of tests that kill, freeze and empty one: the stand-in, or a real influxd where PARAMGATE_TEST_INFLUXD names its binary.
import type { StandInOptions } from './influx/stand-in.ts';
import { influxdChild } from './influxd-child.ts';
import { type StandInChild, standInChild } from './stand-in-child.ts';

const binary = process.env.PARAMGATE_TEST_INFLUXD ?? '';
export const IS_REAL_HUB = binary !== '';

export function hubChild(options: StandInOptions): Promise<StandInChild> {
  return IS_REAL_HUB ? influxdChild(binary, options) : standInChild(options);
}
