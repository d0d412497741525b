// The body of an order as FastAPI takes it: which bytes are JSON, in which encoding, and what is said of those that are not.
import { readPythonJson } from './python-json.ts';
import { printedNumber } from './python-number.ts';
import { type RestAnswer, refusal, unprocessable } from './rest-answer.ts';

/**
 * A parsed body; undefined when nothing came. Text that is not declared as JSON is itself the value. `quoted` is the same for a refusal: its numbers
 * print as Python prints them.
 */
export type ParsedBody = { readonly value: unknown; readonly quoted: () => unknown } | { readonly refused: RestAnswer };

const JSON_TYPE = /^application\/(json|[^/;]*\+json)$/i;
const UNREADABLE = { refused: refusal(400, 'There was an error parsing the body') };

/**
 * Reads `bytes`. Without a content type an object in JSON is one, and anything else is the text that freqtrade takes all of it for. Broken JSON that is
 * declared as JSON is refused here, before anybody asks for credentials.
 */
export function parseBody(bytes: Uint8Array, contentType: string | undefined): ParsedBody {
  if (bytes.byteLength === 0) return { value: undefined, quoted: () => null };
  const type = contentType?.split(';', 1)[0]?.trim() ?? '';
  const isJson = type === '' || JSON_TYPE.test(type);
  const text = decoded(bytes, isJson ? encodingOf(bytes) : 'utf-8');
  if (text === undefined) return UNREADABLE;
  const asText = { value: text, quoted: () => text };
  if (!isJson) return asText;
  const reading = readPythonJson(text);
  if (type === '' && !(reading.kind === 'value' && isObject(reading.value))) return asText;
  if (reading.kind === 'value') return { value: reading.value, quoted: () => quotedFrom(text) };
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

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function quotedFrom(text: string): unknown {
  const reading = readPythonJson(text, printedNumber);
  return reading.kind === 'value' ? reading.value : null;
}

type Encoding = 'utf-8' | 'utf-16be' | 'utf-16le' | 'utf-32be' | 'utf-32le';

/** The encoding of JSON bytes as Python tells it: by a byte order mark, else by where the zero bytes of the first characters are. */
function encodingOf(bytes: Uint8Array): Encoding {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe) return third === 0 && fourth === 0 ? 'utf-32le' : 'utf-16le';
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return 'utf-32be';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if (bytes.byteLength >= 4) {
    if (first === 0) return second === 0 ? 'utf-32be' : 'utf-16be';
    if (second === 0) return third === 0 && fourth === 0 ? 'utf-32le' : 'utf-16le';
  } else if (bytes.byteLength === 2) {
    if (first === 0) return 'utf-16be';
    if (second === 0) return 'utf-16le';
  }
  return 'utf-8';
}

function decoded(bytes: Uint8Array, encoding: Encoding): string | undefined {
  if (encoding === 'utf-32be' || encoding === 'utf-32le') return decodedUtf32(bytes, encoding === 'utf-32le');
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function decodedUtf32(bytes: Uint8Array, isLittle: boolean): string | undefined {
  if (bytes.byteLength % 4 !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let at = 0; at < bytes.byteLength; at += 4) {
    const point = view.getUint32(at, isLittle);
    if (point > 0x10ffff) return undefined;
    if (at > 0 || point !== 0xfeff) text += String.fromCodePoint(point);
  }
  return text;
}
