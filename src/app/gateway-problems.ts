// What is wrong with a gateway that serves all the same, in sentences for whoever reads /readyz: each says what it means for bots and feeders.
import type { workerHealth } from './heartbeat.ts';
import type { JournalTrouble } from './journal-health.ts';

/** One sentence for each trouble; empty when all is well. */
export function problemsOf({
  worker: { alive, silentSeconds },
  troubles,
  intake,
}: {
  readonly worker: ReturnType<typeof workerHealth>;
  readonly troubles: readonly JournalTrouble[];
  readonly intake: boolean;
}): readonly string[] {
  const kept = 'signals are kept, but nothing is decided or delivered';
  const silent =
    silentSeconds === null
      ? `no worker runs on this data folder: ${kept}`
      : `the worker was not heard for ${silentSeconds.toFixed(1)} s, it is frozen or gone: ${kept}`;
  return [
    // A gateway that takes no signals has no worker to miss.
    ...(alive || !intake ? [] : [silent]),
    ...troubles.map(({ file, error, seconds }) => {
      const lost = file === 'gateway' ? 'signals are refused' : 'nothing is decided or delivered';
      return `${error} (for ${seconds.toFixed(1)} s): ${lost} until it can be written`;
    }),
  ];
}
