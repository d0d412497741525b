"""A strategy's own callbacks beside the gateway's levels: the tighter stop, the nearer target, every exit of its own - with and without super()."""

from __future__ import annotations

import inspect
import math
import unittest

from support import Case, IStrategy, ask_exit, ask_roi, ask_stop, trade_of, without_roi

from paramgate import Levels, ParamgateExits


class Fixed:
    """Levels that are there at once: a stop 4 % of own capital away, a target of 3 %."""

    def of(self, _key):
        return Levels(-0.04, 0.03, "OPTUNA")

    def close(self):
        pass


def made(base=IStrategy, **own):
    """A strategy whose class body holds `own`."""
    strategy = type("Made", (ParamgateExits, base), own)({"runmode": "dry_run"})
    strategy._paramgate_source = Fixed()
    return strategy


class Composing(Case):
    def test_of_two_stops_the_tighter_holds(self):
        for value, expected in (
            (0.02, 0.02),
            (-0.02, 0.02),
            (0.05, 0.04),
            (None, 0.04),
            (0, 0.04),
            (math.nan, 0.04),
            (math.inf, 0.04),
        ):
            with self.subTest(value):

                def own(
                    self, pair, trade, current_time, current_rate, current_profit, after_fill, value=value, **kwargs
                ):
                    return value

                self.assertAlmostEqual(ask_stop(made(custom_stoploss=own), trade_of()), expected, 12)
                inherited = type("IMine", (IStrategy,), {"custom_stoploss": own})
                self.assertAlmostEqual(ask_stop(made(inherited), trade_of()), expected, 12)

    def test_freqtrades_default_stop_is_not_taken_for_the_strategys(self):
        self.assertAlmostEqual(ask_stop(made(stoploss=-0.01), trade_of()), 0.04, 12)

    def test_an_old_callback_without_after_fill_is_not_asked_after_one(self):
        def own(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
            assert not kwargs
            return 0.01

        strategy = made(custom_stoploss=own)
        self.assertAlmostEqual(ask_stop(strategy, trade_of()), 0.01, 12)
        self.assertAlmostEqual(ask_stop(strategy, trade_of(), after_fill=True), 0.04, 12)

    def test_super_gives_the_gateways(self):
        class Mine(ParamgateExits, IStrategy):
            def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit, after_fill, **kwargs):
                found = super().custom_stoploss(
                    pair, trade, current_time, current_rate, current_profit, after_fill, **kwargs
                )
                return found / 2

            def custom_roi(self, *args, **kwargs):
                return super().custom_roi(*args, **kwargs) / 3

        strategy = Mine({"runmode": "dry_run"})
        strategy._paramgate_source = Fixed()
        self.assertAlmostEqual(ask_stop(strategy, trade_of()), 0.02, 12)
        self.assertAlmostEqual(ask_roi(strategy, trade_of()), 0.01, 12)

    def test_of_two_targets_the_nearer_holds(self):
        for value, expected in ((0.02, 0.02), (0.05, 0.03), (None, 0.03), (math.nan, 0.03), (-0.01, -0.01)):
            with self.subTest(value):
                own = lambda self, pair, trade, current_time, trade_duration, entry_tag, side, v=value, **kwargs: v
                self.assertEqual(ask_roi(made(custom_roi=own), trade_of()), expected)
                inherited = type("IMine", (IStrategy,), {"custom_roi": own})
                self.assertEqual(ask_roi(made(inherited), trade_of()), expected)

    def test_every_exit_of_its_own_holds(self):
        own = lambda self, pair, trade, current_time, current_rate, current_profit, **kwargs: (
            "mine" if current_profit < 0 else None
        )
        strategy = made(custom_exit=own)
        self.assertEqual(ask_exit(strategy, trade_of(), -0.01), "mine")
        self.assertIsNone(ask_exit(strategy, trade_of(), 0.5))

    def test_without_custom_roi_the_target_is_an_exit(self):
        old = without_roi()
        strategy = made(old)
        self.assertIsNone(ask_exit(strategy, trade_of(), 0.03))
        self.assertEqual(ask_exit(strategy, trade_of(), 0.0301), "paramgate_target")
        own = lambda self, pair, trade, current_time, current_rate, current_profit, **kwargs: (
            "mine" if current_profit < 0 else None
        )
        composed = made(old, custom_exit=own)
        self.assertEqual(ask_exit(composed, trade_of(), -0.01), "mine")
        self.assertEqual(ask_exit(composed, trade_of(), 0.0301), "paramgate_target")

    def test_a_failing_callback_does_not_take_the_levels_along(self):
        def broken(self, *args, **kwargs):
            raise KeyError("mine")

        strategy = made(custom_stoploss=broken, custom_roi=broken, custom_exit=broken)
        self.assertAlmostEqual(ask_stop(strategy, trade_of()), 0.04, 12)
        self.assertEqual(ask_roi(strategy, trade_of()), 0.03)
        self.assertIsNone(ask_exit(strategy, trade_of(), 0.0))
        self.assertEqual(len(self.said("failed; the gateway's levels hold alone")), 3)

    def test_a_start_and_a_stake_of_its_own_go_on(self):
        started = []
        own = {
            "bot_start": lambda self, **kwargs: started.append(kwargs),
            "custom_stake_amount": lambda self, pair, proposed_stake, **kwargs: proposed_stake / 2,
        }
        strategy = type("Made", (ParamgateExits, IStrategy), own)({"runmode": "backtest"})
        strategy.bot_start(a=1)
        self.assertEqual(started, [{"a": 1}])
        self.assertIsNotNone(strategy._paramgate_source)
        self.assertEqual(
            strategy.custom_stake_amount(pair="BTC/USDT", proposed_stake=7.0, leverage=3.0, side="long"), 3.5
        )

    def test_callbacks_of_a_mixin_in_front_go_on_beside_the_gateways(self):
        started = []

        class Mixin:
            def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
                return 0.02 if trade.is_short else 0.05

            def custom_roi(self, pair, trade, current_time, trade_duration, entry_tag, side, **kwargs):
                return 0.02 if trade.is_short else None

            def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
                return "mine" if current_profit < 0 else None

            def bot_start(self, **kwargs):
                started.append(kwargs)

        class Asking:
            def custom_stoploss(self, *args, **kwargs):
                return super().custom_stoploss(*args, **kwargs)

        class Tightest(Mixin):
            def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
                return 0.01

        made_first = type("MadeFirst", (Mixin, ParamgateExits, IStrategy), {})
        made_below = type("MadeBelow", (made_first,), {})
        asking = type("MadeAsking", (Asking, Mixin, ParamgateExits, IStrategy), {})
        own = {"custom_stoploss": lambda self, pair, trade, current_time, **kwargs: None}
        for kind in (made_first, made_below, asking, type("MadeOwn", (Mixin, ParamgateExits, IStrategy), own)):
            with self.subTest(kind.__name__):
                strategy = kind({"runmode": "dry_run"})
                strategy._paramgate_source = Fixed()
                self.assertAlmostEqual(ask_stop(strategy, trade_of()), 0.04, 12)
                tighter = 0.04 if kind.__name__ == "MadeOwn" else 0.02
                self.assertAlmostEqual(ask_stop(strategy, trade_of(short=True)), tighter, 12)
                self.assertEqual(ask_roi(strategy, trade_of()), 0.03)
                self.assertEqual(ask_roi(strategy, trade_of(short=True)), 0.02)
                self.assertEqual(ask_exit(strategy, trade_of(), -0.01), "mine")
        old = type("MadeOld", (Mixin, ParamgateExits, without_roi()), {})
        strategy = old({"runmode": "dry_run"})
        strategy._paramgate_source = Fixed()
        self.assertEqual(ask_exit(strategy, trade_of(), 0.0301), "paramgate_target")
        # A class of the adapter's between them is not hidden by what its sibling has of the mixin; freqtrade looks for `after_fill`.
        between = type("Between", (Mixin, ParamgateExits), {"custom_stoploss": Tightest.custom_stoploss})
        kind = type("MadeBetween", (type("Empty", (Mixin, ParamgateExits), {}), between, IStrategy), {})
        strategy = kind({"runmode": "dry_run"})
        strategy._paramgate_source = Fixed()
        self.assertEqual(kind.__mro__[1].__name__, "Empty")
        self.assertAlmostEqual(ask_stop(strategy, trade_of()), 0.01, 12)
        self.assertIn("after_fill", inspect.getfullargspec(strategy.custom_stoploss).args)
        # A class between the two, as Python orders them, comes before the mixin here too.
        strategy = type("MadeBoth", (made_first, Tightest), {})({"runmode": "dry_run"})
        strategy._paramgate_source = Fixed()
        self.assertAlmostEqual(ask_stop(strategy, trade_of()), 0.01, 12)
        strategy = made_first({"runmode": "backtest"})
        strategy.bot_start(a=1)
        self.assertEqual(started, [{"a": 1}])
        self.assertIn("_paramgate_source", vars(strategy))

    def test_the_wrong_order_of_classes_is_refused_when_it_is_written(self):
        with self.assertRaisesRegex(TypeError, "ParamgateExits, ..."):
            type("Made", (IStrategy, ParamgateExits), {})


if __name__ == "__main__":
    unittest.main()
