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

const SPACE = /[ \t\n\r]*/y;
const PLAIN = /[^"\\\p{Cc}]*/uy;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
const WORD = /null|true|false|NaN|-?Infinity/y;
const WORDS: Readonly<Record<string, unknown>> = {
  null: null,
  true: true,
  false: false,
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

class Broken extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

class Unreadable extends Error {}

/** Reads one JSON text. */
export function readPythonJson(text: string): Reading {
  const reader = new Reader(text);
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
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): unknown {
    this.#skip(SPACE);
    const value = this.#value();
    this.#skip(SPACE);
    if (this.#at < this.#text.length) throw new Broken('Extra data', this.#at);
    return value;
  }

  #value(): unknown {
    const first = this.#text[this.#at];
    if (first === '"') return this.#string();
    if (first === '{') return this.#nested(() => this.#object());
    if (first === '[') return this.#nested(() => this.#array());
    const start = this.#at;
    const word = this.#skip(WORD)?.[0];
    if (word !== undefined) return WORDS[word];
    const number = this.#skip(NUMBER);
    if (number === undefined) throw new Broken('Expecting value', start);
    const isWhole = number[1] === undefined && number[2] === undefined;
    if (isWhole && number[0].replace('-', '').length > MAX_DIGITS) throw new Unreadable();
    return Number(number[0]);
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw new Unreadable();
    const value = read();
    this.#depth -= 1;
    return value;
  }

  #object(): unknown {
    const object: Record<string, unknown> = Object.create(null);
    this.#step();
    if (this.#text[this.#at] === '}') return this.#end(object);
    for (;;) {
      if (this.#text[this.#at] !== '"') {
        throw new Broken('Expecting property name enclosed in double quotes', this.#at);
      }
      const key = this.#string();
      this.#skip(SPACE);
      if (this.#text[this.#at] !== ':') throw new Broken("Expecting ':' delimiter", this.#at);
      this.#step();
      object[key] = this.#value();
      if (this.#isLast('}')) return this.#end(object);
    }
  }

  #array(): unknown {
    const array: unknown[] = [];
    this.#step();
    if (this.#text[this.#at] === ']') return this.#end(array);
    for (;;) {
      array.push(this.#value());
      if (this.#isLast(']')) return this.#end(array);
    }
  }

  /** Whether `close` follows the value just read; else a comma must, and is passed. */
  #isLast(close: string): boolean {
    this.#skip(SPACE);
    const next = this.#text[this.#at];
    if (next === close) return true;
    if (next !== ',') throw new Broken("Expecting ',' delimiter", this.#at);
    this.#step();
    return false;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    this.#at += 1;
    for (;;) {
      this.#skip(PLAIN);
      const stop = text[this.#at];
      if (stop === '"') break;
      if (stop === '\\') this.#escape(start);
      else if (stop === undefined) throw new Broken('Unterminated string starting at', start);
      else if (stop < ' ') throw new Broken('Invalid control character at', this.#at);
      else this.#at += 1;
    }
    this.#at += 1;
    // What JSON.parse refuses inside a string was refused above.
    return JSON.parse(text.slice(start, this.#at));
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

  #end<T>(value: T): T {
    this.#at += 1;
    return value;
  }

  #step(): void {
    this.#at += 1;
    this.#skip(SPACE);
  }

  #skip(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found !== undefined) this.#at = pattern.lastIndex;
    return found;
  }
}
