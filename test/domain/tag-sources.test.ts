// The sources of a closed trade's tag, written by a feeder or by us.
import { describe, expect, test } from 'vitest';
import { sourcesInTag } from '#domain/tag-sources.ts';

describe('sources of a tag', () => {
  test.each([
    ['long from 75b conf=0.89 (DQ: profit=3.05%, safety=0.39%)', ['75b']],
    ['from 120a', ['120a']],
    ['SHORT: FROM 75a', ['75a']],
    ['long ensemble 2/5 conf=0.86 from=75a,75b', ['75a', '75b']],
    ['short ensemble 20/5 conf=0.86 from=a,b,+12 id=k3f9', ['a', 'b']],
    ['long ensemble 2/5 conf=0.86 from=75a,75a', ['75a']],
    ['long from 75a; from=75b', ['75a']],
    ['force_entry', []],
    ['', []],
    ['long from `75a`', []],
    ['from=75a,<b>', ['75a']],
  ])('%j names %j', (tag, sources) => {
    expect(sourcesInTag(tag)).toEqual(sources);
  });
});
