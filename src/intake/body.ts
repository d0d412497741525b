// The body of an order as FastAPI takes it: which bytes are JSON, in which encoding, and what is said of those that are not.
import { readPythonJson } from './python-json.ts';
import { type RestAnswer, refusal, unprocessable } from './rest-answer.ts';

/** A parsed body; undefined when nothing came. Text that is not declared as JSON is itself the value. */
export type ParsedBody = { readonly value: unknown } | { readonly refused: RestAnswer };

const JSON_TYPE = /^application\/(json|[^/;]*\+json)$/i;
const UNREADABLE = { refused: refusal(400, 'There was an error parsing the body') };

/** Reads `bytes`; a missing content type means JSON. Broken JSON is refused here, before anybody asks for credentials. */
export function parseBody(bytes: Uint8Array, contentType: string | undefined): ParsedBody {
  if (bytes.byteLength === 0) return { value: undefined };
  const type = contentType?.split(';', 1)[0]?.trim() ?? '';
  const isJson = type === '' || JSON_TYPE.test(type);
  const text = decoded(bytes, isJson ? encodingOf(bytes) : 'utf-8');
  if (text === undefined) return UNREADABLE;
  if (!isJson) return { value: text };
  const reading = readPythonJson(text);
  if (reading.kind === 'value') return { value: reading.value };
  if (reading.kind === 'unreadable') return UNREADABLE;
  const { position, error } = reading;
  const mistake = {
    type: 'json_invalid',
    loc: ['body', position],
    msg: 'JSON decode error',
    input: {},
    ctx: { error },
  };
  return { refused: unprocessable([mistake]) };
}

/** The encoding of JSON bytes, told by a byte order mark or by where the zero bytes of its first characters are. */
function encodingOf([first, second, third, fourth]: Uint8Array): string {
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0 && second !== 0) return 'utf-16be';
  return second === 0 && (third !== 0 || fourth !== 0) ? 'utf-16le' : 'utf-8';
}

function decoded(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
