// Which feeders a tag names, in a feeder's own tag (`long from 75b conf=0.89`) and in one of ours (`... from=75a,75b,+12`). Linear in the tag's length.
import { isSource } from '#domain/signal.ts';

const FROM_WORD = /^\s*(?:(?:long|short)(?![\p{L}\p{N}_-])[\s:]*)?from\s+([^\s()]+)/iu;
const FROM_KEY = /(?:^|[\s(,;|])from\s*=\s*([^\s()]+)/i;

/** What stands after `from` at the start or after the side, else after the first `from=`: names as written, checked by nobody. Our own `+12` for names left out is none. */
export function namesInTag(tag: string): readonly string[] {
  const written = FROM_WORD.exec(tag)?.[1] ?? FROM_KEY.exec(tag)?.[1];
  const names = written?.replace(/[,;:]$/, '').split(',') ?? [];
  return names.filter((name, index) => index === 0 || index < names.length - 1 || !/^\+[0-9]+$/.test(name));
}

/** The sources that `tag` names, each once; names that are no sources are left out. */
export function sourcesInTag(tag: string): readonly string[] {
  return [...new Set(namesInTag(tag).filter(isSource))];
}
