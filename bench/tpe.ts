// What tpe costs beside Optuna 5 and with many trials, in one run: `OPTUNA_PYTHON=/path/to/python node bench/tpe.ts` (a python with optuna 5; without it
// only the growth is measured). A trivial objective, so all time is the sampler's; the thread's processor time, so that others on the machine do not decide. Exits with 1 when tpe is less than 15 times as fast as Optuna, or
// when a trial among 4,000 costs more than 4 times one among 1,000 (with half as much again for noise).
import { spawnSync } from 'node:child_process';
import { floatDimension, intDimension, type Space } from '#search/samplers/space.ts';
import { tpeSampler } from '#search/samplers/tpe.ts';
import type { Params, Trial } from '#search/samplers/trial.ts';

const TRIALS = 1_000;
const MANY = 4_000;
const LEAST_RATIO = 15;
const MOST_GROWTH = (1.5 * MANY) / TRIALS;
const ROUNDS = 3;

interface Case {
  readonly name: string;
  readonly space: Space;
  /** The objective is the sum of squared distances to this. */
  readonly aim: number;
  /** The same space in Python, `t` being the trial. */
  readonly python: string;
}

const CASES: readonly Case[] = [
  {
    name: '3 real numbers',
    space: ['x', 'y', 'z'].map((name) => floatDimension(name, [-10, 10])),
    aim: 2,
    python: "[t.suggest_float(k, -10, 10) for k in 'xyz']",
  },
  {
    name: '341 x 291 cells',
    space: [intDimension('stop', [0, 340]), intDimension('target', [0, 290])],
    aim: 100,
    python: "[t.suggest_int('stop', 0, 340), t.suggest_int('target', 0, 290)]",
  },
];

const python = process.env.OPTUNA_PYTHON;
for (const { name, ...of } of CASES) {
  run(of, TRIALS);
  // Side by side, so that what else the machine does slows both.
  const rounds = Array.from({ length: python === undefined ? 1 : ROUNDS }, () => {
    const ours = run(of, TRIALS);
    const theirs = python === undefined ? undefined : runOptuna(of, python);
    return { ours, theirs, ratio: (theirs ?? Number.NaN) / ours.totalMs };
  });
  const { ours, theirs, ratio } = rounds.sort((a, b) => a.ratio - b.ratio)[
    rounds.length >> 1
  ] as (typeof rounds)[number];
  const many = run(of, MANY);
  const growth = many.lastMs / ours.lastMs;
  process.stdout.write(
    [
      name,
      `  ${TRIALS} trials of tpe     ${ours.totalMs.toFixed(0)} ms, the last ones ${ours.lastMs.toFixed(3)} ms each`,
      ...(theirs === undefined
        ? []
        : [`  ${TRIALS} trials of Optuna  ${theirs.toFixed(0)} ms, ratio ${ratio.toFixed(1)}`]),
      `  ${MANY} trials of tpe     ${many.totalMs.toFixed(0)} ms, the last ones ${many.lastMs.toFixed(3)} ms each: ${growth.toFixed(1)} times as much`,
      '',
    ].join('\n'),
  );
  if (ratio < LEAST_RATIO || growth > MOST_GROWTH) process.exitCode = 1;
}
if (python === undefined) process.stdout.write('OPTUNA_PYTHON is not set: nothing to compare with\n');

/** Runs a study of `count` trials: all of it, and the mean of its last tenth, in ms. */
function run({ space, aim }: Pick<Case, 'space' | 'aim'>, count: number) {
  const sampler = tpeSampler();
  const trials: Trial[] = [];
  const started = cpuMs();
  let tenth = started;
  for (let number = 0; number < count; number += 1) {
    if (number === count * 0.9) tenth = cpuMs();
    const params = sampler.suggest({ space, direction: 'MINIMIZE', seed: 1, number, trials });
    const value = objective(params, aim);
    trials.push({ number, state: 'COMPLETE', params, value, steps: [], rungs: [], violation: 0 });
  }
  const ended = cpuMs();
  return { totalMs: ended - started, lastMs: (ended - tenth) / (count * 0.1) };
}

/** What this thread has had of the processor: what it waits for is not counted, nor what others do beside it. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function objective(params: Params, aim: number): number {
  return Object.values(params).reduce((sum, value) => sum + (value - aim) ** 2, 0);
}

/** The same study by Optuna with its defaults, in ms, without starting Python. */
function runOptuna(of: Pick<Case, 'python' | 'aim'>, executable: string): number {
  const script = [
    'import time, optuna',
    'optuna.logging.set_verbosity(optuna.logging.ERROR)',
    'study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=1))',
    'started = time.thread_time()',
    `study.optimize(lambda t: sum((v - ${of.aim}) ** 2 for v in ${of.python}), n_trials=${TRIALS})`,
    'print((time.thread_time() - started) * 1000)',
  ].join('\n');
  const { status, stdout, stderr } = spawnSync(executable, ['-c', script], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`OPTUNA_PYTHON could not run optuna:\n${stderr}`);
  return Number(stdout);
}
