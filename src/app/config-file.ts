// The configuration file: one JSON object, whose values may be taken from variables with {"env": "NAME"}. What the file holds is never repeated in a message.
import { readFileSync, statSync } from 'node:fs';

const MAX_BYTES = 1_048_576;

type JsonObject = Readonly<Record<string, unknown>>;

/** The object in `file`, or what is wrong with the file as one line; an absent file is an empty object unless `mustExist`. */
export function readConfigFile(
  file: string,
  mustExist: boolean,
): { readonly content: JsonObject } | { readonly mistake: string } {
  const wrong = (found: string, allowed: string) => ({ mistake: `${file}: ${found}; allowed: ${allowed}` });
  let text: string;
  try {
    if (statSync(file).size > MAX_BYTES) return wrong('is too large', 'at most 1 MiB');
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    return code === 'ENOENT' && !mustExist
      ? { content: {} }
      : wrong(`cannot be read (${code})`, 'a readable JSON file');
  }
  try {
    const content: unknown = JSON.parse(text);
    return isObject(content) ? { content } : wrong('does not hold an object', 'one JSON object');
  } catch (error) {
    return wrong(`is not JSON${whereBroken(text, error)}`, 'one JSON object');
  }
}

/** `value` with every {"env": "NAME"} in it replaced by that variable's text. Names of variables used are added to `used`; mistakes name `place`. */
export function withVariables(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
  found: { readonly place: string; readonly used: Set<string>; readonly mistakes: string[] },
): unknown {
  if (Array.isArray(value)) {
    return value.map((item, at) => withVariables(item, env, { ...found, place: `${found.place}[${at}]` }));
  }
  if (!isObject(value)) return value;
  const name = value.env;
  if (Object.keys(value).length === 1 && typeof name === 'string') {
    found.used.add(name);
    const text = env[name];
    if (text) return text;
    found.mistakes.push(`${found.place}: the variable ${name} is not set; allowed: a variable that holds the value`);
    return undefined;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      withVariables(item, env, { ...found, place: `${found.place}.${key}` }),
    ]),
  );
}

/** ` at line L` when the parser tells the position; its own message may quote the file and is not used. */
function whereBroken(text: string, error: unknown): string {
  const position = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined;
  return position === undefined ? '' : ` at line ${text.slice(0, Number(position)).split('\n').length}`;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
