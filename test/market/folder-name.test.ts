// Errors of studies name files within the folder of candles, and never where it stands.
import { expect, it } from 'vitest';
import { withinFolder } from '#market/folder-name.ts';

it.each([
  ['/srv/c.d', '/srv/c.d/futures/A_B-5m.json, row 3: low is 0', 'futures/A_B-5m.json, row 3: low is 0'],
  ['/srv/c.d/', '/srv/c.d/A_B-5m.json: empty', 'A_B-5m.json: empty'],
  ['./c', 'c/A_B-5m.json: empty', 'A_B-5m.json: empty'],
  ['/srv/my candles', '/srv/my candles: cannot be read', 'the folder of candles: cannot be read'],
  [
    '/srv/c',
    'no candles of A/B 5m in /srv/c: looked for A_B-5m.json',
    'no candles of A/B 5m in the folder of candles: looked for A_B-5m.json',
  ],
  ['c', 'c/A_B-5m.json: in cc/d, x/c and c', 'A_B-5m.json: in cc/d, x/c and the folder of candles'],
  ['/', 'no /srv', 'no /srv'],
  [undefined, '/srv/c/A', '/srv/c/A'],
])('in %s: %s', (folder, message, told) => {
  expect(withinFolder(message, folder)).toBe(told);
});
