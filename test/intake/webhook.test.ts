// Who may push trades by freqtrade's webhook: bots' and operators' keys, as a Bearer or as a password in the address, and feeders' logins.
import { expect, test } from 'vitest';
import { type Credential, openCallers } from '#intake/callers.ts';
import { openTokens } from '#intake/tokens.ts';
import { manualClock } from '../support/manual-clock.ts';

const CREDENTIALS: readonly Credential[] = [
  { name: 'BOT3', role: 'bot', key: 'bot-key-0123456789' },
  { name: 'ann', role: 'operator', key: 'op-key-0123456789' },
  { name: 'f75', role: 'feeder', login: { username: 'feeder', password: 'pw' } },
];
const callers = (credentials = CREDENTIALS) => openCallers(credentials, openTokens(new Uint8Array(32), manualClock()));
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

test.each([
  ['Bearer bot-key-0123456789', 'BOT3'],
  [basic('whoever', 'bot-key-0123456789'), 'BOT3'],
  ['Bearer op-key-0123456789', null],
  [basic('feeder', 'pw'), null],
])('%s is let in; the bot it speaks for: %s', (authorization, bot) => {
  expect(callers().pusher(authorization)).toEqual({ bot });
});

test.each([
  [undefined, 'Unauthorized'],
  ['Bearer nobodys-key-0123456789', 'Could not validate credentials'],
  [basic('feeder', 'wrong'), 'Unauthorized'],
  [basic('', ''), 'Unauthorized'],
  ['Basic !', 'Not authenticated'],
])('%s is refused', (authorization, detail) => {
  expect(callers().pusher(authorization)).toEqual({
    refused: expect.objectContaining({ status: 401, body: { detail } }),
  });
});

test("a bot's key still opens nothing else, and without any credentials everybody may push", async () => {
  expect(await callers().identify('Bearer bot-key-0123456789')).toHaveProperty('refused');
  expect(callers([]).pusher(undefined)).toEqual({ bot: null });
});
