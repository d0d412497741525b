"""Settings, the file of pinned levels, and the levels kept across restarts: what may stand there, and what is said of what may not."""

from __future__ import annotations

import json
import socket
import time
import unittest

from support import PAIR, Case, Gateway, IStrategy, ask_roi, ask_stop, levels_for, trade_of, until, without_roi
from test_exits import Plain, opened, source_of

from paramgate import ParamgateExits, read_settings


class Settings(Case):
    def test_the_bot_comes_before_the_strategy(self):
        found = read_settings({"url": "http://a:1", "key": "k-b"}, {"key": "k-c", "refresh_seconds": 7})
        self.assertEqual(
            (found.url, found.key, found.refresh_seconds, found.deadline_seconds), ("http://a:1", "k-b", 7.0, 1.0)
        )

    def test_every_mistake_is_told_at_once_and_no_secret_with_it(self):
        wrong = {
            "url": "http://user:hidden@h:1",
            "key": "two words",
            "refresh_seconds": "often",
            "deadline_seconds": True,
            "max_age_seconds": -1,
            "risk_cap_pct": 7,
            "fallback": "2:1",
            "cache_file": 3,
            "colour": "red",
        }
        with self.assertRaises(ValueError) as caught:
            read_settings(wrong)
        lines = str(caught.exception).split("\n")
        self.assertEqual(sorted(line.split(":")[0] for line in lines), sorted(f"paramgate.{name}" for name in wrong))
        self.assertNotIn("hidden", str(caught.exception))
        self.assertNotIn("two words", str(caught.exception))

    def test_odd_addresses(self):
        for url in ("ftp://h", "h:1", "http://", "http://h:99999", "http://h?a=1", "http://h h", ""):
            with self.subTest(url), self.assertRaises(ValueError):
                read_settings({"url": url})
        with self.assertRaises(ValueError):
            opened(self, "https://h", ca_file="/none")

    def test_what_keeps_levels_from_their_effect_is_said(self):
        class Off(ParamgateExits, IStrategy):
            use_custom_stoploss = False
            use_custom_roi = False
            stoploss = -0.02

        Off({"runmode": "backtest"}).bot_start()
        for words in (
            "use_custom_stoploss is off",
            "use_custom_roi is off",
            "stoploss -0.02 is tighter than the risk cap -7 %",
        ):
            self.assertEqual(len(self.said(words)), 1, words)

        class Mute(ParamgateExits, without_roi()):
            use_exit_signal = False

        Mute({"runmode": "backtest"}).bot_start()
        self.assertEqual(len(self.said("no custom_roi and use_exit_signal is off")), 1)


class Pinned(Case):
    def pinned(self, rows, **more):
        document = {"format": "paramgate-exit-params-1", "riskCapPct": -7, "params": rows, **more}
        (self.folder / "paramgate-params.json").write_text(json.dumps(document))

    def backtest(self, **settings):
        strategy = Plain({"runmode": "backtest", "user_data_dir": str(self.folder), "paramgate": settings})
        strategy.bot_start()
        return strategy

    @staticmethod
    def row(pair, side, least, below, stop, target):
        names = ("pair", "side", "minLeverage", "maxLeverage", "stopLossPct", "takeProfitPct")
        return dict(zip(names, (pair, side, least, below, stop, target), strict=True))

    def test_the_first_row_that_fits_answers(self):
        self.pinned(
            [
                self.row("BTC/USDT:USDT", "LONG", 0, 126, -1.0, 1.0),
                self.row("BTC/USDT", "SHORT", 0, 126, -1.1, 1.1),
                self.row(None, "LONG", 2.5, 3.5, -1.48, 2.0),
                self.row(None, None, 0, 126, -2.0, 3.0),
            ]
        )
        strategy = self.backtest()
        for trade, stop, target in (
            (trade_of(), 0.03, 0.03),
            (trade_of(short=True), 0.033, 0.033),
            (trade_of(pair="ETH/USDT:USDT"), 0.0444, 0.06),
            (trade_of(pair="ETH/USDT:USDT", short=True), 0.06, 0.09),
            (trade_of(pair="ETH/USDT:USDT", leverage=3.5), 0.07, 0.105),
            (trade_of(pair="ETH/BTC:ETH", leverage=2.0), 0.04, 0.06),
            (trade_of(leverage=10.0), 0.07, 0.1),
        ):
            with self.subTest(trade=trade):
                self.assertAlmostEqual(ask_stop(strategy, trade), stop, 12)
                self.assertEqual(ask_roi(strategy, trade), target)

    def test_what_rounds_to_nothing_is_refused(self):
        good = self.row(None, None, 0, 126, -1.0, 1.0)
        for change in ({"stopLossPct": -1e-9}, {"takeProfitPct": 1e-9}, {"stopLossPct": -0.00004}):
            self.pinned([good, {**good, **change}])
            with self.subTest(**change), self.assertRaisesRegex(ValueError, r"params\[1\] needs a negative stop"):
                self.backtest()
        self.pinned([good], riskCapPct=-1e-9)
        with self.assertRaisesRegex(ValueError, "no file of"):
            self.backtest()
        for told in ({"fallback": "-1e-9:1"}, {"fallback": "-1:1e-9"}, {"risk_cap_pct": -1e-9}):
            with self.subTest(**told), self.assertRaisesRegex(ValueError, next(iter(told))):
                read_settings(told)
        self.pinned([self.row(None, None, 0, 126, -0.0001, 0.0001)])
        strategy = self.backtest()
        self.assertAlmostEqual(ask_stop(strategy, trade_of(leverage=1.0)), 1e-6, 12)
        self.assertEqual(ask_roi(strategy, trade_of(leverage=1.0)), 1e-6)

    def test_a_side_may_be_written_small_and_another_word_is_refused(self):
        last = self.row(None, None, 0, 126, -2.0, 3.0)
        self.pinned([self.row("BTC/USDT", "long", 0, 126, -1.0, 1.0), last])
        strategy = self.backtest()
        self.assertAlmostEqual(ask_stop(strategy, trade_of()), 0.03, 12)
        self.assertAlmostEqual(ask_stop(strategy, trade_of(short=True)), 0.06, 12)
        for side in ("buy", "", 1, ["LONG"]):
            self.pinned([last, {**last, "side": side}])
            with self.subTest(side=side), self.assertRaisesRegex(ValueError, r"params\[1\] needs LONG, SHORT or null"):
                self.backtest()
        self.pinned([last, {**last, "pair": 7}])
        with self.assertRaisesRegex(ValueError, r"params\[1\] needs a text or null as pair"):
            self.backtest()

    def test_nobody_is_asked(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(0.3)
            for mode in ("backtest", "hyperopt", "util_exchange", None):
                strategy = Plain(
                    {"runmode": mode, "paramgate": {"url": f"http://127.0.0.1:{listener.getsockname()[1]}"}}
                )
                strategy.bot_start()
                self.assertAlmostEqual(ask_stop(strategy, trade_of()), 0.06, 12)
            with self.assertRaises(TimeoutError):
                listener.accept()
        self.assertEqual(len(self.said("no paramgate.params_file is set")), 4)

    def test_the_target_stands_in_minimal_roi_too_and_the_strategys_own_table_holds(self):
        self.pinned([self.row(None, None, 0, 126, -1.0, 1.0)])
        strategy = self.backtest()
        strategy.minimal_roi = {0: 0.5, 60: 0.02, 90: 0.4, 120: 0}
        self.assertEqual(ask_roi(strategy, trade_of()), 0.03)
        self.assertEqual(strategy.minimal_roi, {0: 0.03, 60: 0.02, 90: 0.03, 120: 0})
        self.assertEqual(ask_roi(strategy, trade_of(leverage=1.0)), 0.01)
        self.assertEqual(strategy.minimal_roi, {0: 0.01, 120: 0})
        strategy.minimal_roi = {0: 0.005}  # as hyperopt sets another one
        self.assertEqual(ask_roi(strategy, trade_of(leverage=1.0)), 0.01)
        self.assertEqual(strategy.minimal_roi, {0: 0.005})

    def test_a_file_that_is_none_stops_the_backtest_with_one_line(self):
        path = self.folder / "paramgate-params.json"
        good = self.row(None, None, 0, 126, -1.0, 1.0)
        for text, words in (
            ("{", "it is not JSON"),
            ("[]", "no file of `paramgate export params`"),
            (json.dumps({"format": "paramgate-exit-params-1", "params": {}}), "no file of"),
            (json.dumps({"format": "paramgate-exit-params-1", "params": [], "riskCapPct": 7}), "no file of"),
        ):
            path.write_text(text)
            with self.subTest(text), self.assertRaisesRegex(ValueError, words):
                self.backtest()
        for change in ({"stopLossPct": 1}, {"takeProfitPct": -1}, {"takeProfitPct": "1"}, {"minLeverage": None}):
            self.pinned([good, {**good, **change}])
            with self.subTest(**change), self.assertRaisesRegex(ValueError, r"params\[1\] needs"):
                self.backtest()
        with self.assertRaisesRegex(ValueError, "No such file"):
            self.backtest(params_file=str(self.folder / "none.json"))


class Kept(Case):
    def test_the_last_good_levels_hold_across_a_restart_until_they_are_too_old(self):
        with Gateway(levels_for) as gateway:
            first, trade = opened(self, gateway.url), trade_of()
            until(lambda: source_of(first, trade) == "STATELESS")
            first.ft_bot_cleanup()
        again = opened(self, gateway.url)
        self.assertEqual(source_of(again, trade), "STATELESS")
        again.ft_bot_cleanup()
        short = opened(self, gateway.url, max_age_seconds=0.01)
        ask_stop(short, trade)
        until(lambda: source_of(short, trade) == "STATIC")

    def kept(self, text):
        (self.folder / "kept.json").write_text(text)
        strategy = opened(self, "http://127.0.0.1:1", cache_file=str(self.folder / "kept.json"))
        found = source_of(strategy, trade_of())
        strategy.ft_bot_cleanup()
        return found

    def test_what_cannot_be_used_is_ignored(self):
        now = time.time()
        row = [PAIR, False, 3.0, -4.44, 3.0, "OPTUNA", now]

        def document(*rows, url="http://127.0.0.1:1"):
            return json.dumps({"url": url, "levels": rows})

        self.assertEqual(self.kept(document(row)), "OPTUNA")
        for odd in ({0: "ETH/USDT"}, {3: 4.44}, {3: -40}, {4: -3}, {6: now - 4000}, {6: now + 4000}):
            with self.subTest(odd=odd):
                self.assertIsNone(self.kept(document([odd.get(at, value) for at, value in enumerate(row)])))
        self.assertIsNone(self.kept(document(row, url="http://127.0.0.1:2")))
        self.assertEqual(self.said("cannot be used"), [])
        for text in ("", "{", "[]", '{"url": 1}', document([1, 2]), "\x00"):
            with self.subTest(text):
                self.assertIsNone(self.kept(text))
        self.assertGreater(len(self.said("cannot be used and is ignored")), 3)

    def test_a_folder_that_cannot_be_written_is_one_line(self):
        with Gateway(levels_for) as gateway:
            strategy = opened(self, gateway.url, cache_file=str(self.folder / "none" / "kept.json"))
            for pair in ("A/USDT:USDT", "B/USDT:USDT"):
                trade = trade_of(pair=pair)
                until(lambda trade=trade: source_of(strategy, trade) == "STATELESS")
            until(lambda: self.said("cannot be kept in"))
            self.assertEqual(len(self.said("cannot be kept in", "No such file")), 1)


if __name__ == "__main__":
    unittest.main()
