// Numbers as Python prints what it has read: whole ones digit by digit, however long, others as its `repr`. For what a refusal quotes.

declare global {
  interface JSON {
    /** What `JSON.stringify` prints as `text`, a JSON number. */
    rawJSON(text: string): unknown;
  }
}

/** From which power of ten on, and below which, Python prints an exponent. */
const LARGE = 16;
const SMALL = -4;

/** What prints as Python prints the JSON number `text`; null for one beyond all doubles, which Python's JSON has no word for. */
export function printedNumber(text: string): unknown {
  const printed = pythonNumber(text);
  return printed === undefined ? null : JSON.rawJSON(printed);
}

function pythonNumber(text: string): string | undefined {
  if (/^-?[0-9]+$/.test(text)) return text === '-0' ? '0' : text;
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [, sign = '', first = '', rest = '', power = '0'] =
    /^(-?)([0-9])(?:\.([0-9]+))?e([+-][0-9]+)$/.exec(value.toExponential()) ?? [];
  const exponent = Number(power);
  const digits = first + rest;
  if (exponent >= LARGE || exponent < SMALL) {
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${first}${rest === '' ? '' : `.${rest}`}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
