// A service lives for months and idles most of the time, so it starts its process anew with the settings of a small one; everything about the
// process but its memory stays (id, environment, standard streams). Why, and what each setting saves: docs/decisions/0014.
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { strippedSources } from './stripped-sources.ts';

/** Garbage is collected each megabyte instead of each sixteen. */
const SMALL_NURSERY = '--max-semi-space-size=1';
/** A start runs once: compilers that make its code fast would cost more memory than the code itself. */
const NO_COMPILERS = ['--no-opt', '--no-maglev'];
const COMPILERS = ['--opt', '--maglev'];

/**
 * Replaces this process by a lean one that runs the same command; returns when it is lean already, or cannot be: on systems that do not replace
 * processes, or when a parent speaks to this one over Node's own channel, which would be lost.
 */
export function becomeLean(): void {
  const { execve, execPath, execArgv, argv } = process;
  if (execve === undefined || process.platform === 'win32' || process.channel !== undefined || isLean()) return;
  const preload = strippedSources();
  const words = [
    ...execArgv,
    SMALL_NURSERY,
    ...NO_COMPILERS,
    ...(preload === undefined ? [] : [`--import=${preload}`]),
  ];
  execve.call(process, execPath, [execPath, ...words, ...argv.slice(1)]);
}

/** From here on what runs often is compiled, as in any process. */
export function endStart(): void {
  if (isLean()) for (const flag of COMPILERS) setFlagsFromString(flag);
}

function isLean(): boolean {
  return process.execArgv.includes(SMALL_NURSERY);
}
