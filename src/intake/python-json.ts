// JSON as Python reads it, for freqtrade's clients are told where their JSON breaks in Python's words: same messages, same places.
// NaN and Infinity are values there. Linear in the text's length; nesting is bounded, so that an answer can quote what came.

/** What a text holds; where and how it breaks (`position` in characters from 0); or that Python's reader gives up on it. */
export type Reading =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'broken'; readonly position: number; readonly error: string }
  | { readonly kind: 'unreadable' };

/** Python's own bound depends on how deep its stack is already; below this it always reads, some tens above it never does. */
const MAX_DEPTH = 900;
/** Python refuses to convert longer whole numbers. */
const MAX_DIGITS = 4_300;

const PLAIN = /[ !#-[\]-\uffff]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
const WORD = /null|true|false|NaN|-?Infinity/y;
const WORDS: Readonly<Record<string, unknown>> = {
  null: null,
  true: true,
  false: false,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

const ORDINARY = { enumerable: true, writable: true, configurable: true };

class Broken extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

class Unreadable extends Error {}

/** Reads one JSON text; `numberOf` makes what stands for a number, from its text. */
export function readPythonJson(text: string, numberOf: (text: string) => unknown = Number): Reading {
  const reader = new Reader(text, numberOf);
  try {
    return { kind: 'value', value: reader.whole() };
  } catch (error) {
    if (error instanceof Unreadable) return { kind: 'unreadable' };
    if (!(error instanceof Broken)) throw error;
    return { kind: 'broken', position: [...text.slice(0, error.at)].length, error: error.message };
  }
}

class Reader {
  readonly #text: string;
  readonly #numberOf: (text: string) => unknown;
  #at = 0;
  #depth = 0;

  constructor(text: string, numberOf: (text: string) => unknown) {
    this.#text = text;
    this.#numberOf = numberOf;
  }

  whole(): unknown {
    this.#skipSpace();
    const value = this.#value();
    this.#skipSpace();
    if (this.#at < this.#text.length) throw new Broken('Extra data', this.#at);
    return value;
  }

  #value(): unknown {
    const first = this.#text[this.#at];
    if (first === '"') return this.#string();
    if (first === '{') return this.#object();
    if (first === '[') return this.#array();
    const number = this.#skip(NUMBER);
    if (number !== undefined) {
      if (number.length > MAX_DIGITS && number.replace('-', '').length > MAX_DIGITS && /^-?[0-9]+$/.test(number)) {
        throw new Unreadable();
      }
      return this.#numberOf(number);
    }
    const word = this.#skip(WORD);
    if (word === undefined) throw new Broken('Expecting value', this.#at);
    return WORDS[word];
  }

  #object(): unknown {
    const object: Record<string, unknown> = {};
    this.#open();
    if (this.#text[this.#at] === '}') return this.#close(object);
    for (;;) {
      if (this.#text[this.#at] !== '"') {
        throw new Broken('Expecting property name enclosed in double quotes', this.#at);
      }
      const key = this.#string();
      this.#skipSpace();
      if (this.#text[this.#at] !== ':') throw new Broken("Expecting ':' delimiter", this.#at);
      this.#step();
      const value = this.#value();
      // A key of this name would be taken for the object's ancestor.
      if (key === '__proto__') Object.defineProperty(object, key, { value, ...ORDINARY });
      else object[key] = value;
      if (this.#isLast('}')) return this.#close(object);
    }
  }

  #array(): unknown {
    const array: unknown[] = [];
    this.#open();
    if (this.#text[this.#at] === ']') return this.#close(array);
    for (;;) {
      array.push(this.#value());
      if (this.#isLast(']')) return this.#close(array);
    }
  }

  /** Whether `close` follows the value just read; else a comma must, and is passed. */
  #isLast(close: string): boolean {
    this.#skipSpace();
    const next = this.#text[this.#at];
    if (next === close) return true;
    if (next !== ',') throw new Broken("Expecting ',' delimiter", this.#at);
    this.#step();
    return false;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    let isPlain = true;
    this.#at += 1;
    for (;;) {
      this.#skip(PLAIN);
      const stop = text[this.#at];
      if (stop === '"') break;
      if (stop === undefined) throw new Broken('Unterminated string starting at', start);
      if (stop !== '\\') throw new Broken('Invalid control character at', this.#at);
      isPlain = false;
      this.#escape(start);
    }
    this.#at += 1;
    // What JSON.parse refuses inside a string was refused above.
    return isPlain ? text.slice(start + 1, this.#at - 1) : JSON.parse(text.slice(start, this.#at));
  }

  #escape(start: number): void {
    const kind = this.#text[this.#at + 1];
    if (kind === undefined) throw new Broken('Unterminated string starting at', start);
    if (kind === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      // A string cannot end with its digits: the closing quote must follow.
      if (!/^[0-9a-fA-F]{4}$/.test(digits) || this.#at + 6 >= this.#text.length) {
        throw new Broken('Invalid \\uXXXX escape', this.#at + 1);
      }
      this.#at += 6;
    } else {
      if (!'"\\/bfnrt'.includes(kind)) throw new Broken('Invalid \\escape', this.#at);
      this.#at += 2;
    }
  }

  #open(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new Unreadable();
    this.#step();
  }

  #close<T>(value: T): T {
    this.#depth -= 1;
    this.#at += 1;
    return value;
  }

  #step(): void {
    this.#at += 1;
    this.#skipSpace();
  }

  #skipSpace(): void {
    while (isSpace(this.#text.charCodeAt(this.#at))) this.#at += 1;
  }

  /** Passes what `pattern` matches here and returns it. */
  #skip(pattern: RegExp): string | undefined {
    const start = this.#at;
    pattern.lastIndex = start;
    if (!pattern.test(this.#text)) return undefined;
    this.#at = pattern.lastIndex;
    return this.#text.slice(start, this.#at);
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}
