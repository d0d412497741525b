// Questions for exit levels of one tick travel together: a bot with forty open trades asks once.
import DataLoader from 'dataloader';
import { errorOf } from './client-error.ts';
import { ask, type Front } from './front.ts';
import {
  ExitParamsBatchDocument,
  type ExitParamsBatchQuery,
  type ExitParamsRequest,
  type LevelsFragment,
} from './operations.ts';

/** What the gateway takes at once. */
const MOST_AT_ONCE = 500;

/**
 * Answers one request for levels; those asked for before the current tick ends go to the gateway as one `exitParamsBatch`. Nothing is kept: what is asked
 * later is asked anew. A refused request rejects alone.
 */
export function gathering(front: Front): (request: ExitParamsRequest) => Promise<LevelsFragment> {
  const loader = new DataLoader(async (requests: readonly ExitParamsRequest[]) => levelsOf(front, requests), {
    cache: false,
    maxBatchSize: MOST_AT_ONCE,
  });
  return (request) => loader.load(request);
}

async function levelsOf(front: Front, requests: readonly ExitParamsRequest[]): Promise<(LevelsFragment | Error)[]> {
  const { data, errors } = await ask(front, {
    query: ExitParamsBatchDocument.toString(),
    variables: { requests },
    repeatable: true,
  });
  const answers = (data as ExitParamsBatchQuery).exitParamsBatch;
  return requests.map((_, index) => {
    const levels = answers[index];
    if (levels !== null && levels !== undefined) return levels;
    const own = errors.filter(({ path }) => path?.[0] === 'exitParamsBatch' && path[1] === index);
    return errorOf(own.length > 0 ? own : errors);
  });
}
