// Walk three of the demo: every stop x target cell over real candles, tested out of sample, and published only when it holds.
import type { Paper } from './paper.ts';
import type { RunningService } from './running.ts';

interface Levels {
  readonly stopLossPct: number;
  readonly takeProfitPct: number;
}
interface Cell extends Levels {
  readonly metrics: {
    readonly trades: number;
    readonly netProfitPct: number | null;
    readonly profitFactor: number | null;
  };
}
interface StudyAnswer {
  readonly state: string;
  readonly error: string | null;
  readonly trials: number;
  readonly validated: boolean | null;
  readonly published: boolean;
  readonly best: Cell | null;
  readonly peak: Cell | null;
  readonly validation: {
    readonly pbo: number | null;
    readonly conditions: readonly { readonly passed: boolean; readonly sentence: string }[];
  } | null;
}

const STUDY = `state error trials validated published best { stopLossPct takeProfitPct metrics { trades netProfitPct profitFactor } }
  peak { stopLossPct takeProfitPct metrics { trades netProfitPct profitFactor } } validation { pbo conditions { passed sentence } }`;

/** Starts a study on the service, follows it to its end, tells the verdict, and asks which levels are served now. */
export async function walkSearch(
  service: RunningService,
  paper: Paper,
  candles: { readonly pair: string; readonly timeframe: string; readonly words: string },
): Promise<void> {
  paper.heading('3. Search: which levels would have been better, and will they hold?');
  paper.say(
    `Candles: ${candles.words} (${candles.pair}, ${candles.timeframe}). One long and one short entry at every candle, held at most 100 candles.`,
  );
  const { startSearch } = await service.ask<{ startSearch: { id: string } }>(
    `mutation($input: StartSearchInput!) { startSearch(input: $input) { id } }`,
    { input: { pair: candles.pair, timeframe: candles.timeframe, maxHold: 100, publish: true } },
  );
  const study = await finished(service, startSearch.id);
  if (study.best === null || study.validation === null)
    throw new Error(`the study ended ${study.state}: ${study.error}`);
  const { best, peak, validation } = study;
  const number = (value: number | null) => (value === null ? null : value.toFixed(2));
  const row = (name: string, { stopLossPct, takeProfitPct, metrics }: Cell) => [
    name,
    stopLossPct.toFixed(2),
    takeProfitPct.toFixed(2),
    metrics.trades,
    number(metrics.netProfitPct),
    number(metrics.profitFactor),
  ];
  paper.say(`${study.trials} cells of stop x target judged.`);
  paper.table([
    ['', 'stop %', 'target %', 'trades', 'net profit %', 'profit factor'],
    row('best plateau', best),
    ...(peak === null ? [] : [row('raw peak', peak)]),
  ]);
  paper.say('Out of sample:');
  for (const condition of validation.conditions)
    paper.say(`  ${condition.passed ? 'holds ' : 'FAILS '} ${condition.sentence}`);
  paper.say(
    study.published
      ? 'Validated, so it is published.'
      : `Not validated, so it is not published: what looked best in hindsight did not pass every test on data it had not seen.`,
  );
  const { exitParams } = await service.ask<{ exitParams: { source: string; reason: string; position: Levels } }>(
    'query($pair: String!) { exitParams(pair: $pair, leverage: 1) { source reason position { stopLossPct takeProfitPct } } }',
    { pair: candles.pair },
  );
  const served = `${exitParams.position.stopLossPct.toFixed(2)} / ${exitParams.position.takeProfitPct.toFixed(2)}`;
  paper.say(`exitParams("${candles.pair}", 1) answers now: ${exitParams.source} ${served} (${exitParams.reason})`);
}

async function finished(service: RunningService, id: string): Promise<StudyAnswer> {
  for (;;) {
    const { study } = await service.ask<{ study: StudyAnswer }>(`query($id: ID!) { study(id: $id) { ${STUDY} } }`, {
      id,
    });
    if (study.state !== 'QUEUED' && study.state !== 'RUNNING') return study;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
