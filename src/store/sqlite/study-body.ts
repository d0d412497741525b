// Studies and their specs as JSON in a row. What an older release has kept lacks the keys that came later: it is read as what they meant then.
import type { Study, StudySpec } from '#domain/study.ts';
import type { Trial } from '#domain/trial.ts';

/** What is meant where nothing is said; how it was judged is said by its conditions. */
const BEFORE: Pick<
  StudySpec,
  'trials' | 'pruner' | 'space' | 'walkForward' | 'confidence' | 'feeStress' | 'lossShareMax'
> = {
  trials: null,
  pruner: 'NONE',
  space: [],
  walkForward: 'ANCHORED',
  confidence: 0.95,
  feeStress: 2,
  lossShareMax: 0.02,
};

/** The study in a row's body. */
export function studyFrom(body: string): Study {
  return completed(JSON.parse(body) as Study);
}

/** The study and trials in the body of a request to keep them; before there were trials the study was the body. */
export function keptFrom(body: string): { readonly study: Study; readonly trials: readonly Trial[] } {
  const kept = JSON.parse(body) as Study | { readonly study: Study; readonly trials: readonly Trial[] };
  return 'study' in kept ? { ...kept, study: completed(kept.study) } : { study: completed(kept), trials: [] };
}

function completed(study: Study): Study {
  const { result } = study;
  return {
    ...study,
    spec: { ...BEFORE, ...study.spec },
    result: result === null ? null : { ...result, validation: { ...NOT_MEASURED, ...result.validation } },
  };
}

/** What a validation did not measure before it was asked for. */
const NOT_MEASURED = { slope: null, lossShare: null, interval: null, stressed: null };

/** The spec in a request's body. */
export function specFromBody(body: string): StudySpec {
  return { ...BEFORE, ...(JSON.parse(body) as StudySpec) };
}
