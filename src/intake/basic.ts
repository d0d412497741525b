// HTTP Basic as FastAPI reads it, which decides between "malformed" and "wrong": Python's forgiving base64, then ASCII, then a colon.

/** The scheme of an Authorization header in lower case and what follows it. */
export function schemeOf(authorization: string | undefined): { readonly scheme: string; readonly parameter: string } {
  const [scheme = '', ...rest] = (authorization ?? '').split(' ');
  return { scheme: scheme.toLowerCase(), parameter: rest.join(' ').trim() };
}

/** Name and password of a Basic parameter, the name without a colon; undefined when it is malformed. */
export function readBasic(parameter: string): { readonly username: string; readonly password: string } | undefined {
  const digits = base64Digits(parameter);
  if (digits === undefined) return undefined;
  const decoded = Buffer.from(digits, 'base64').toString('latin1');
  const colon = decoded.indexOf(':');
  if (colon < 0 || /[\u0080-\u00ff]/.test(decoded)) return undefined;
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** The base64 digits of `text`: foreign characters are skipped and padding ends it; undefined when they make no whole bytes or padding is missing. */
function base64Digits(text: string): string | undefined {
  if (/[\u0080-\uffff]/.test(text)) return undefined;
  let digits = '';
  let pads = 0;
  for (const character of text) {
    if (character === '=') {
      pads += 1;
      const place = digits.length % 4;
      if (place >= 2 && place + pads >= 4) return digits;
    } else if (/[A-Za-z0-9+/]/.test(character)) {
      digits += character;
      pads = 0;
    }
  }
  return digits.length % 4 === 0 ? digits : undefined;
}
