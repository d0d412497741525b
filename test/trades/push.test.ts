// What freqtrade's webhook pushes: everything is text, the template decides what is there, and only a final exit is a trade.
import { expect, test } from 'vitest';
import { readPush } from '#trades/push.ts';

const FINAL = {
  bot: 'BOT3',
  type: 'exit_fill',
  trade_id: '5',
  pair: 'BTC/USDT:USDT',
  direction: 'Short',
  leverage: '3.4',
  open_date: '2026-01-05 08:00:00.123456+00:00',
  close_date: '2026-01-05 09:30:00+00:00',
  profit_ratio: '-0.9',
  final_profit_ratio: '0.0305',
  sub_trade: 'False',
  is_final_exit: 'True',
  enter_tag: 'long from 75b conf=0.89',
  exit_reason: 'roi',
};
const TRADE = {
  bot: 'BOT3',
  tradeId: '5',
  pair: 'BTC/USDT:USDT',
  side: 'SHORT',
  leverage: 3.4,
  profitPct: 0.8970588235,
  stopLossPct: null,
  takeProfitPct: null,
  openedAtMs: Date.parse('2026-01-05T08:00:00.123Z'),
  closedAtMs: Date.parse('2026-01-05T09:30:00Z'),
  enterTag: 'long from 75b conf=0.89',
  exitReason: 'roi',
};
const json = (message: unknown, sender: string | null = null) =>
  readPush(Buffer.from(JSON.stringify(message)), 'application/json', sender);

test('a final exit as JSON, as a form, and with typed values is the same trade', () => {
  expect(json(FINAL)).toEqual({ kind: 'trade', trade: TRADE });
  const form = new URLSearchParams(FINAL).toString();
  expect(readPush(Buffer.from(form), 'application/x-www-form-urlencoded', null)).toEqual({
    kind: 'trade',
    trade: TRADE,
  });
  const typed = {
    ...FINAL,
    trade_id: 5,
    leverage: 3.4,
    final_profit_ratio: 0.0305,
    sub_trade: false,
    is_final_exit: true,
  };
  expect(json(typed)).toEqual({ kind: 'trade', trade: TRADE });
});

test('constants of the template may say stop and target; None is nothing', () => {
  const more = { stop_loss_ratio: '-0.05032', take_profit_ratio: '0.034', enter_tag: 'None', exit_reason: 'None' };
  expect(json({ ...FINAL, ...more })).toMatchObject({
    trade: { stopLossPct: -1.48, takeProfitPct: 1, enterTag: null, exitReason: null },
  });
});

test('the bot is the field, else whose key it is, else nobody', () => {
  const { bot: _bot, ...nameless } = FINAL;
  expect(json(FINAL, 'BOT1')).toMatchObject({ trade: { bot: 'BOT3' } });
  expect(json(nameless, 'BOT1')).toMatchObject({ trade: { bot: 'BOT1' } });
  expect(json(nameless)).toMatchObject({ kind: 'wrong' });
});

test.each([
  ['a partial exit', { ...FINAL, is_final_exit: 'False', sub_trade: 'True' }],
  ['a partial exit by its typed word', { ...FINAL, is_final_exit: false }],
  ['a partial exit of a template that says sub_trade alone', { ...FINAL, is_final_exit: undefined, sub_trade: 'True' }],
  [
    'a partial exit of a template that says its profit alone',
    { ...FINAL, is_final_exit: undefined, sub_trade: undefined, final_profit_ratio: 'None' },
  ],
  ['an entry', { ...FINAL, type: 'entry_fill' }],
  ['a status', { type: 'status', status: 'running' }],
])('%s is heard and nothing is recorded', (_what, message) => {
  expect(json(message)).toMatchObject({ kind: 'nothing' });
});

const { is_final_exit: _final, sub_trade: _sub, final_profit_ratio: _profit, ...WORDLESS } = FINAL;

test.each([
  ['sub_trade', { ...WORDLESS, sub_trade: 'False', profit_ratio: '0.034' }],
  ['final_profit_ratio', { ...WORDLESS, final_profit_ratio: '0.034' }],
])('without is_final_exit, %s says that the trade has ended', (_what, message) => {
  expect(json(message)).toMatchObject({ trade: { profitPct: 1 } });
});

test('a template from which no end can be told is refused, and the key that it needs is named', () => {
  expect(json({ ...WORDLESS, profit_ratio: '0.034' })).toEqual({
    kind: 'wrong',
    why: 'no is_final_exit, so that the exit of a part cannot be told from the end of the trade; allowed: "is_final_exit": "{is_final_exit}" in exit_fill of the template',
  });
});

test("Python's NaN is no tag, and no figure", () => {
  const push = (text: string) => readPush(Buffer.from(text), 'application/json', null);
  const written = JSON.stringify(FINAL);
  const at = (name: 'enter_tag' | 'final_profit_ratio', word: string) =>
    push(written.replace(`"${FINAL[name]}"`, word).replace('"roi"', '"NaN \\" Infinity"'));
  expect(at('enter_tag', 'NaN')).toMatchObject({ trade: { enterTag: null, exitReason: 'NaN " Infinity' } });
  expect(json({ ...FINAL, enter_tag: 'nan' })).toMatchObject({ trade: { enterTag: null } });
  for (const word of ['NaN', 'Infinity', '-Infinity', '"nan"', '"inf"', '1e999']) {
    expect(at('final_profit_ratio', word)).toEqual({ kind: 'wrong', why: 'a profit that is no finite number' });
  }
});

test.each<[string, unknown, string]>([
  ['no leverage', { ...FINAL, leverage: undefined }, 'no leverage recorded'],
  ['an odd pair', { ...FINAL, pair: 'BTCUSDT' }, '"BTCUSDT" is not a pair'],
  ['no profit', { ...FINAL, final_profit_ratio: 'None', profit_ratio: 'None' }, 'no profit recorded'],
  ['a template that was never filled in', { ...FINAL, open_date: '{open_date}' }, 'no opening time'],
  ['a list', [], 'the body is neither JSON nor a form; allowed: format json or form'],
])('%s is wrong, and why is said', (_what, message, why) => {
  expect(json(message)).toEqual({ kind: 'wrong', why });
});
