// A service lives for months and idles most of the time, so it starts its process anew with the settings of a small one; everything about the
// process but its memory stays (id, environment, standard streams). Why, and what each setting saves: docs/decisions/0014.
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { listen } from '#trace/trace.ts';
import { strippedSources } from './stripped-sources.ts';

/** A quarter of the usual: under load about as fast, and afterwards little is left standing. */
const SMALL_NURSERY = '--max-semi-space-size=8';
/** For `giveBack`. */
const COLLECTOR = '--expose-gc';
/** The optimizing compilers: used once, their own code stays in memory, which is more than all of ours takes. */
const NO_COMPILERS = ['--no-opt', '--no-maglev'];
const COMPILERS = ['--opt', '--maglev'];
/** So many requests are work; fewer are answered as fast as anybody notices. */
const MANY_REQUESTS = 200;
/** Node's own channel, told of every request its servers take. */
const REQUEST_STARTS = 'http.server.request.start';

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
    COLLECTOR,
    ...NO_COMPILERS,
    ...(preload === undefined ? [] : [`--import=${preload}`]),
  ];
  execve.call(process, execPath, [execPath, ...words, ...argv.slice(1)]);
}

/** Gives back what only the start or a burst of work needed, a pause of some 40 ms. A nursery shrinks by itself only when it is too late for anyone idle. */
export function giveBack(): void {
  if (isLean()) globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}

/**
 * Lets the compilers rest in a lean process until there is work for them: requests in number, or a study. An idle service turns its wheels a
 * million times a day, and would have them compiled for nothing.
 */
export function awaitWork(): void {
  if (!isLean()) return;
  let requests = 0;
  const count = () => {
    requests += 1;
    if (requests === MANY_REQUESTS) wake();
  };
  const wake = () => {
    unsubscribe(REQUEST_STARTS, count);
    endListening();
    wakeCompilers();
  };
  const endListening = listen('study.started', wake);
  subscribe(REQUEST_STARTS, count);
}

/** From here on what runs often is compiled, as in any process. */
export function wakeCompilers(): void {
  if (isLean()) for (const flag of COMPILERS) setFlagsFromString(flag);
}

function isLean(): boolean {
  return process.execArgv.includes(SMALL_NURSERY);
}
