"""The target of a trade is kept with freqtrade: once for each change, in live and dry runs only, and never in the way of a callback."""

from __future__ import annotations

import contextlib
import sys
import threading
import unittest
from types import ModuleType, SimpleNamespace
from unittest.mock import patch

from support import Case, Gateway, IStrategy, ask_exit, ask_roi, ask_stop, levels_for, trade_of, until, without_roi
from test_exits import opened, source_of

from paramgate import Levels, ParamgateExits

BOTH = [("take_profit_ratio", 0.03), ("take_profit_source", "STATELESS")]


class Session:
    """freqtrade's, as far as the adapter meets it."""

    def __init__(self):
        self.trades, self.removed = {}, 0

    def get(self, _kind, trade_id):
        return self.trades.get(trade_id)

    def remove(self):
        self.removed += 1


class Targets(Case):
    def setUp(self):
        super().setUp()
        self.session = Session()
        self.writes: list[tuple[str, object]] = []
        self.before_writing = lambda: None
        names = ("freqtrade", "freqtrade.persistence", "freqtrade.persistence.custom_data")
        modules = {name: ModuleType(name) for name in names}
        modules[names[1]].Trade = SimpleNamespace(session=self.session, get_open_trades=list)
        modules[names[2]]._CustomData = SimpleNamespace(session=self.session)
        patched = patch.dict(sys.modules, modules)
        patched.start()
        self.addCleanup(patched.stop)

    def kept_trade(self, trade_id=7, **more):
        trade, data = trade_of(**more), {}

        def write(name, value):
            self.before_writing()
            data[name] = value
            self.writes.append((name, value))

        trade.id, trade.set_custom_data, trade.get_custom_data = trade_id, write, data.get
        self.session.trades[trade_id] = trade
        return trade

    def opened(self, url, **more):
        strategy = opened(self, url, **more)
        strategy._paramgate_notes.retry_seconds = (0.01, 0.02)
        return strategy

    def idle(self, strategy):
        until(lambda: strategy._paramgate_notes.thread is None)

    def test_once_for_each_change(self):
        levels = {"target_pct": 3.0}
        with Gateway(lambda body: levels_for(body, **levels)) as gateway:
            strategy, trade = self.opened(gateway.url), self.kept_trade()
            until(lambda: source_of(strategy, trade) == "STATELESS")
            for _ in range(20):
                ask_stop(strategy, trade)
                ask_roi(strategy, trade)
            self.idle(strategy)
            self.assertEqual(self.writes, BOTH)
            levels |= {"target_pct": 2.5}
            until(lambda: ask_roi(strategy, trade) == 0.025)
            self.idle(strategy)
            levels |= {"source": "OPTUNA"}
            until(lambda: source_of(strategy, trade) == "OPTUNA")
            self.idle(strategy)
            self.assertEqual(self.writes[2:], [("take_profit_ratio", 0.025), ("take_profit_source", "OPTUNA")])
            # A looser stop is no change of the target; a bot that starts again finds what is there.
            levels |= {"stop_pct": -5.0}
            until(lambda: strategy._paramgate_levels(trade).stop == -0.05)
            self.idle(strategy)
            strategy.ft_bot_cleanup()
            again = self.opened(gateway.url)
            until(lambda: source_of(again, trade) == "OPTUNA")
            self.idle(again)
            self.assertEqual(len(self.writes), 4)
            self.assertGreater(self.session.removed, 0)

    def test_every_callback_that_meets_a_trade_first_keeps_it(self):
        old = type("Old", (ParamgateExits, without_roi()), {})
        new = type("New", (ParamgateExits, IStrategy), {})
        asked = (
            (new, ask_stop),
            (new, ask_roi),
            (old, lambda strategy, trade: ask_exit(strategy, trade, 0.0)),
        )
        with Gateway(levels_for) as gateway:
            for number, (kind, ask) in enumerate(asked):
                strategy, trade = self.opened(gateway.url, kind=kind), self.kept_trade(number)
                self.writes.clear()
                until(lambda s=strategy, t=trade, a=ask: (a(s, t), self.writes)[1])
                self.idle(strategy)
                self.assertEqual(self.writes, BOTH)

    def test_a_failed_write_is_told_once_and_made_good(self):
        tries = []

        def locked():
            tries.append(1)
            if len(tries) <= 5:
                raise RuntimeError("database is locked\n[SQL: ...]")

        self.before_writing = locked
        with Gateway(levels_for) as gateway:
            strategy, trade = self.opened(gateway.url), self.kept_trade()
            until(lambda: source_of(strategy, trade) == "STATELESS")
            self.assertAlmostEqual(ask_stop(strategy, trade), 0.0444, 12)
            self.assertEqual(ask_roi(strategy, trade), 0.03)
            self.idle(strategy)
            self.assertEqual(self.writes, BOTH)
            self.assertEqual(
                self.said("cannot be kept"),
                ["paramgate: targets cannot be kept with freqtrade (database is locked); tried again"],
            )

    def test_a_callback_returns_while_a_write_waits(self):
        waits, go_on = threading.Event(), threading.Event()
        self.addCleanup(go_on.set)
        self.before_writing = lambda: (waits.set(), go_on.wait(30))
        with Gateway(levels_for) as gateway:
            strategy, first, second = self.opened(gateway.url), self.kept_trade(1), self.kept_trade(2)
            until(lambda: source_of(strategy, first) == "STATELESS")
            until(waits.is_set)
            self.assertEqual(ask_roi(strategy, first), 0.03)
            self.assertEqual(ask_roi(strategy, second), 0.03)
            self.assertEqual(self.writes, [])
            go_on.set()
            self.idle(strategy)
            self.assertEqual(self.writes, BOTH + BOTH)

    def test_a_trade_that_the_database_does_not_hold_yet_is_kept_later(self):
        with Gateway(levels_for) as gateway:
            strategy, trade = self.opened(gateway.url), self.kept_trade()
            self.session.trades.clear()
            until(lambda: source_of(strategy, trade) == "STATELESS")
            self.idle(strategy)
            self.assertEqual(self.writes, [])
            self.session.trades[7] = trade
            ask_roi(strategy, trade)
            self.idle(strategy)
            self.assertEqual(self.writes, BOTH)

    def test_a_trade_without_an_id_or_without_custom_data_is_let_be(self):
        with Gateway(levels_for) as gateway:
            strategy, new, old = self.opened(gateway.url), self.kept_trade(None), self.kept_trade(3)
            del old.set_custom_data
            for trade in (new, old):
                until(lambda trade=trade: source_of(strategy, trade) == "STATELESS")
            self.assertEqual(strategy._paramgate_notes.noted, {})

    def test_nothing_is_kept_outside_of_live_and_dry_runs(self):
        for mode, keeps in (("live", True), ("dry_run", True), ("backtest", False), ("hyperopt", False)):
            with self.subTest(mode):
                strategy = type("Made", (ParamgateExits, IStrategy), {})(
                    {"runmode": mode, "user_data_dir": str(self.folder)}
                )
                strategy.bot_start()
                with contextlib.closing(strategy._paramgate_source):
                    strategy._paramgate_source.of = lambda _key: Levels(-0.0444, 0.03, "STATELESS")
                    trade = self.kept_trade()
                    self.assertEqual(ask_roi(strategy, trade), 0.03)
                    if keeps:
                        self.idle(strategy)
                    self.assertEqual(self.writes, BOTH if keeps else [])
                    self.writes.clear()


if __name__ == "__main__":
    unittest.main()
