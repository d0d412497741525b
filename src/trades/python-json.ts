// JSON as Python may write it: NaN and Infinity are words of its own there, and no JSON.

/** A text in quotes, or one of Python's words outside of texts. */
const TEXTS_AND_WORDS = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** The value of `text`, in which NaN is the text `nan` and an infinity `inf` or `-inf`; undefined when it is no JSON even so. */
export function parsePythonJson(text: string): unknown {
  return parsed(text) ?? parsed(text.replace(TEXTS_AND_WORDS, quoted));
}

function quoted(found: string): string {
  if (found.startsWith('"')) return found;
  if (found.endsWith('NaN')) return '"nan"';
  return found.startsWith('-') ? '"-inf"' : '"inf"';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
