"""A strategy with ParamgateExits beside the real service: right levels, and what happens when the service is killed, frozen, or comes back."""

from __future__ import annotations

import unittest

from support import Case, IStrategy, ask_roi, ask_stop, service, stop_price, trade_of, until

from paramgate import AT_ONCE, ParamgateExits

FAST = {"refresh_seconds": 0.1, "deadline_seconds": 1.0}


class Plain(ParamgateExits, IStrategy):
    pass


def opened(case, url, kind=Plain, **settings):
    """A started strategy in a dry run that asks `url`."""
    config = {"runmode": "dry_run", "user_data_dir": str(case.folder), "paramgate": {**FAST, "url": url, **settings}}
    strategy = kind(config)
    strategy.bot_start()
    case.addCleanup(strategy.ft_bot_cleanup)
    return strategy


def source_of(strategy, trade):
    levels = strategy._paramgate_levels(trade)
    return levels and levels.source


class RealService(Case):
    def test_levels_reach_the_callbacks_for_both_sides_and_any_leverage(self):
        with service(self.folder) as running:
            self.check_the_risk_cap(running)
            self.check_what_is_refused(running)
            for leverage, stop, target in ((1, -2.5, 1.5), (3, -1.48, 1.0), (10, -0.6, 0.4)):
                running.remember(leverage, stop, target)
                running.remember(leverage, stop / 2, target * 2, side="SHORT")
            strategy = opened(self, running.url)
            for leverage, stop, target in ((1.0, -2.5, 1.5), (3.0, -1.48, 1.0), (10.0, -0.6, 0.4)):
                for short in (False, True):
                    with self.subTest(leverage=leverage, short=short):
                        trade = trade_of(leverage=leverage, short=short)
                        until(lambda trade=trade: source_of(strategy, trade) == "STATELESS")
                        way = stop / 200 if short else stop / 100
                        expected = trade.open_rate * (1 - way if short else 1 + way)
                        for rate in (99.9, 100.0, 100.1):
                            self.assertAlmostEqual(
                                stop_price(ask_stop(strategy, trade, rate), trade, rate), expected, 9
                            )
                        gain = target * (2 if short else 1) * leverage / 100
                        self.assertAlmostEqual(ask_roi(strategy, trade), gain, 12)

    def check_the_risk_cap(self, running):
        running.remember(5, -1.48, 1.0)
        strategy, trade = opened(self, running.url), trade_of(leverage=5.0)
        until(lambda: source_of(strategy, trade) == "STATELESS")
        self.assertAlmostEqual(ask_stop(strategy, trade), 0.07, 12)

    def check_what_is_refused(self, running):
        """It is one line, and the others are served."""
        strategy = opened(self, running.url)
        odd, good = trade_of(leverage=126.0), trade_of(leverage=2.0)
        until(lambda: source_of(strategy, odd) == "STATIC" and source_of(strategy, good) == "FALLBACK")
        self.assertEqual(len(self.said("BTC/USDT:USDT long 126x", "refuse")), 1)

    def test_killed_then_back(self):
        with service(self.folder) as running:
            running.remember(3, -1.48, 1.0)
            strategy, trade = opened(self, running.url, max_age_seconds=1.5), trade_of()
            until(lambda: source_of(strategy, trade) == "STATELESS")
            running.kill()
            until(lambda: self.said("now with their last good levels", "BTC/USDT:USDT long 3x"))
            self.assertEqual(source_of(strategy, trade), "STATELESS")
            until(lambda: source_of(strategy, trade) == "STATIC")
            until(lambda: self.said("now with the static fallback -2 / +1 %", "BTC/USDT:USDT long 3x"))
            self.assertAlmostEqual(ask_stop(strategy, trade), 0.06, 12)
            self.assertAlmostEqual(ask_roi(strategy, trade), 0.03, 12)
        with service(self.folder, port=running.port):
            until(lambda: source_of(strategy, trade) == "STATELESS")
            until(lambda: self.said("the gateway's levels again"))
            for words in ("their last good levels", "static fallback", "answers again", "Connection refused"):
                self.assertEqual(len(self.said(words)), 1, words)

    def test_frozen_then_thawed(self):
        with service(self.folder) as running:
            running.remember(3, -1.48, 1.0)
            strategy, trade = opened(self, running.url, deadline_seconds=0.3), trade_of()
            until(lambda: source_of(strategy, trade) == "STATELESS")
            running.freeze()
            until(lambda: self.said("no answer within 0.3 s"))
            self.assertEqual(source_of(strategy, trade), "STATELESS")
            new = trade_of(pair="DOGE/USDT:USDT")
            ask_stop(strategy, new)
            until(lambda: source_of(strategy, new) == "STATIC")
            running.thaw()
            until(lambda: source_of(strategy, new) == "STATELESS")
            self.assertEqual(len(self.said("no answer within")), 1)

    def test_a_wrong_key_is_one_clear_line_without_the_key(self):
        key, wrong = "right-key-0123456789", "wrong-key-0123456789"
        with service(self.folder, env={"PARAMGATE_KEYS": f"bot:{key}"}) as running:
            strategy, trade = opened(self, running.url, key=wrong), trade_of()
            until(lambda: source_of(strategy, trade) == "STATIC")
            until(lambda: self.said("static fallback"))
            self.assertEqual(len(self.said("it refuses the key (HTTP 401)")), 1)
            strategy.ft_bot_cleanup()
            right = opened(self, running.url, key=key)
            until(lambda: source_of(right, trade) == "FALLBACK")
        self.assertEqual([line for line in self.lines if key in line or wrong in line], [])


class Stops(Case):
    """What a stop may do, with levels that are there at once."""

    def strategy(self, stop, target=0.03, source="OPTUNA"):
        from paramgate import Levels

        strategy = Plain({"runmode": "dry_run"})
        strategy._paramgate_source = type(
            "Fixed", (), {"of": lambda *_: Levels(stop, target, source), "close": lambda *_: None}
        )()
        return strategy

    def test_a_stop_that_the_price_has_passed_ends_the_trade_at_once(self):
        self.assertEqual(ask_stop(self.strategy(-0.0444), trade_of(), 98.0), AT_ONCE)
        self.assertEqual(ask_stop(self.strategy(-0.0444), trade_of(short=True), 102.0), AT_ONCE)

    def test_but_the_static_fallback_ends_none(self):
        self.assertIsNone(ask_stop(self.strategy(-0.0444, source="STATIC"), trade_of(), 98.0))

    def test_a_stop_that_is_there_or_tighter_is_not_moved_by_noise(self):
        strategy = self.strategy(-0.0444)
        for short, held in ((False, 98.52), (False, 99.5), (True, 101.48), (True, 100.5)):
            for rate in (99.9, 100.0, 100.123456789, 100.3):
                trade = trade_of(short=short, stop_loss=held)
                price = stop_price(ask_stop(strategy, trade, rate), trade, rate)
                self.assertTrue(price >= held if short else price <= held)
                self.assertAlmostEqual(price, 101.48 if short else 98.52, 5)


if __name__ == "__main__":
    unittest.main()
