// Which feeders a tag names, in a feeder's own tag (`long from 75b conf=0.89`) and in one of ours (`... from=75a,75b,+12`). Linear in the tag's length.
import { isSource } from '#domain/signal.ts';

const FROM_WORD = /^\s*(?:(?:long|short)(?![\p{L}\p{N}_-])[\s:]*)?from\s+([^\s()]+)/iu;
const FROM_KEY = /(?:^|[\s(,;|])from\s*=\s*([^\s()]+)/i;

/** The word after `from` at the start or after the side, where a feeder names itself: as written, checked by nobody, without a mark at its end; undefined without one. */
export function wordAfterFrom(tag: string): string | undefined {
  return FROM_WORD.exec(tag)?.[1]?.replace(/[,;:]$/, '');
}

/** What stands after `from` at the start or after the side, else after the first `from=`: names as written, checked by nobody. Our own `+12` for names left out is none. */
export function namesInTag(tag: string): readonly string[] {
  const names = (wordAfterFrom(tag) ?? FROM_KEY.exec(tag)?.[1]?.replace(/[,;:]$/, ''))?.split(',') ?? [];
  return names.filter((name, index) => index === 0 || index < names.length - 1 || !/^\+[0-9]+$/.test(name));
}

/** The sources that `tag` names, each once; names that are no sources are left out. */
export function sourcesInTag(tag: string): readonly string[] {
  return [...new Set(namesInTag(tag).filter(isSource))];
}
