"""The examples in the real freqtrade: loaded by its loader, every callback asked by its own loop, backtested by its own backtesting.

Needs freqtrade; `npm test` runs it with PARAMGATE_TEST_FREQTRADE=1.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import unittest
from datetime import datetime, timedelta, timezone

from support import NODE, ROOT, Case, Gateway, ask_roi, ask_stop, clean_environment, levels_for, service, until

try:
    import freqtrade_market as market
    from freqtrade.enums import ExitType, RunMode
    from freqtrade.exceptions import StrategyError
    from freqtrade.persistence import Trade, init_db
    from freqtrade.persistence.usedb_context import disable_database_use, enable_database_use
    from freqtrade.resolvers import StrategyResolver
except ImportError as missing:
    raise unittest.SkipTest(f"no freqtrade here ({missing})") from missing

LEVERAGES = (1.0, 3.0, 10.0)
OPEN = 1.2345


def levels_at(leverage):
    """Position level percent, whose stop at this leverage is within the risk cap."""
    return (-0.69, 0.55) if leverage == 10 else (-1.48, 1.0)


def simulate(folder, leverage, entries, one_at_a_time=False):
    """The trades of `paramgate simulate --fills freqtrade` over the candles in `folder`."""
    (folder / "entries.csv").write_text("time,side\n" + "".join(f"{at},{side}\n" for at, side in entries))
    stop, target = levels_at(leverage)
    words = f"simulate --pair {market.PAIR} --candles {folder} --timeframe 5m --stop {stop} --target {target} --leverage {leverage}"
    words += f" --entries {folder}/entries.csv --fills freqtrade --max-hold 0 --json" + (
        " --one-at-a-time" if one_at_a_time else ""
    )
    command = [NODE, "src/main.ts", *words.split()]
    done = subprocess.run(command, cwd=ROOT, env=clean_environment(), capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    trades = json.loads(done.stdout)["trades"]
    return [{**trade, "openedAt": _ms(trade["openedAt"]), "closedAt": _ms(trade["closedAt"])} for trade in trades]


def _ms(text):
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def pin(folder, leverage):
    stop, target = levels_at(leverage)
    row = {
        "pair": None,
        "side": None,
        "minLeverage": 0,
        "maxLeverage": 126,
        "stopLossPct": stop,
        "takeProfitPct": target,
    }
    document = {"format": "paramgate-exit-params-1", "riskCapPct": -7, "params": [row]}
    (folder / "paramgate-params.json").write_text(json.dumps(document))


def load(name, folder, runmode, **more):
    return StrategyResolver.load_strategy(market.config_of(name, folder, runmode, **more))


def trade_of(leverage, short, open_rate=OPEN):
    return Trade(
        pair=market.PAIR,
        base_currency="XRP",
        stake_currency="USDT",
        stake_amount=100.0,
        amount=100.0 * leverage / open_rate,
        open_rate=open_rate,
        open_date=datetime.now(timezone.utc) - timedelta(minutes=5),
        fee_open=market.FEE,
        fee_close=market.FEE,
        leverage=leverage,
        is_short=short,
        is_open=True,
        exchange="binance",
        trading_mode="futures",
        price_precision=10**-market.DECIMALS,
        precision_mode=market.TICK_SIZE,
        precision_mode_price=market.TICK_SIZE,
    )


class InFreqtrade(Case):
    def setUp(self):
        super().setUp()
        init_db("sqlite://")

    def hand_made(self):
        """Candles that fall and then rise far beyond every level; the times of those before, where trades may open."""
        import pandas as pd

        start = datetime(2024, 3, 1, tzinfo=timezone.utc)
        flat = (OPEN, 1.2346, 1.2344, OPEN)
        prices = [flat, flat, (OPEN, 1.2346, 1.0, OPEN), flat, (OPEN, 1.5, 1.2344, OPEN), flat]
        rows = [[start + timedelta(minutes=5 * index), *row, 1.0] for index, row in enumerate(prices)]
        (self.folder / "futures").mkdir(exist_ok=True)
        frame = pd.DataFrame(rows, columns=["date", "open", "high", "low", "close", "volume"])
        frame.to_feather(self.folder / "futures" / f"XRP_USDT_USDT-{market.TIMEFRAME}-futures.feather")
        first = round(start.timestamp() * 1000) + market.STEP_MS  # a candle before it gives the signal
        return first, first + 2 * market.STEP_MS

    def check_prices(self, strategy, leverage):
        """The stop and the exit that freqtrade makes of the callbacks are those of `paramgate simulate`."""
        first, third = self.hand_made()
        for short in (False, True):
            side = "short" if short else "long"
            ends = {t["exitReason"]: t for t in simulate(self.folder, leverage, [(first, side), (third, side)])}
            now = datetime.now(timezone.utc)
            for rate in (OPEN, 1.2301, 1.2399):
                with self.subTest(leverage=leverage, side=side, rate=rate):
                    trade = trade_of(leverage, short)
                    trade.adjust_stop_loss(trade.open_rate, strategy.stoploss, initial=True)
                    profit = trade.calc_profit_ratio(rate)
                    strategy.ft_stoploss_adjust(rate, trade, now, profit, 0, after_fill=True)
                    self.assertEqual(trade.stop_loss, ends["stop_loss"]["closeRate"])
                    for later in (1.2345, 1.2333, 1.23777777):
                        strategy.ft_stoploss_adjust(later, trade, now, trade.calc_profit_ratio(later), 0)
                        self.assertEqual(trade.stop_loss, ends["stop_loss"]["closeRate"])
                    roi = strategy.min_roi_reached_entry(trade, 5, now)[1]
                    exit_rate = ends["roi"]["closeRate"]
                    self.assertEqual(round(trade.calc_close_rate_for_roi(roi), market.DECIMALS), exit_rate)
                    self.assertAlmostEqual(ask_roi(strategy, trade), levels_at(leverage)[1] * leverage / 100, 12)
                    self.check_exits(strategy, trade, ends)

    def check_exits(self, strategy, trade, ends):
        """freqtrade's own judgement at prices on either side of the levels."""
        step, now = 10**-market.DECIMALS, datetime.now(timezone.utc)
        towards = -step if trade.is_short else step
        stop, exit_rate = ends["stop_loss"]["closeRate"], ends["roi"]["closeRate"]
        found = {
            name: [check.exit_type for check in strategy.should_exit(trade, rate, now, enter=False, exit_=False)]
            for name, rate in (
                ("at the stop", stop),
                ("before the stop", stop + towards),
                ("beyond the target", exit_rate + towards),
                ("before the target", exit_rate - 2 * towards),
            )
        }
        self.assertEqual(found["at the stop"], [ExitType.STOP_LOSS])
        self.assertEqual(found["before the stop"], [])
        self.assertEqual(found["beyond the target"], [ExitType.ROI])
        self.assertEqual(found["before the target"], [])


class Callbacks(InFreqtrade):
    def test_with_the_gateway(self):
        with service(self.folder) as running:
            for leverage in LEVERAGES:
                for side in ("LONG", "SHORT"):
                    running.remember(leverage, *levels_at(leverage), side=side)
            settings = {"url": running.url, "refresh_seconds": 0.2}
            strategy = load("ParamgateLongShort", self.folder, RunMode.DRY_RUN, paramgate=settings)
            strategy.ft_bot_start()
            self.addCleanup(strategy.ft_bot_cleanup)
            for leverage in LEVERAGES:
                for short in (False, True):
                    until(lambda lev=leverage, s=short: strategy._paramgate_levels(trade_of(lev, s)))
                self.check_prices(strategy, leverage)

    def test_with_pinned_levels(self):
        for leverage in LEVERAGES:
            pin(self.folder, leverage)
            strategy = load("ParamgateLongShort", self.folder, RunMode.BACKTEST)
            strategy.ft_bot_start()
            self.check_prices(strategy, leverage)

    def test_an_open_trade_is_asked_for_at_the_start(self):
        Trade.session.add(trade_of(3.0, True))
        Trade.commit()
        self.addCleanup(Trade.session.rollback)
        with Gateway(levels_for) as gateway:
            strategy = load("ParamgateLongShort", self.folder, RunMode.DRY_RUN, paramgate={"url": gateway.url})
            strategy.ft_bot_start()
            self.addCleanup(strategy.ft_bot_cleanup)
            until(lambda: gateway.bodies)
            self.assertEqual(
                gateway.bodies[0]["variables"]["requests"], [{"pair": market.PAIR, "leverage": 3, "side": "SHORT"}]
            )
        for trade in Trade.get_open_trades():
            Trade.session.delete(trade)
        Trade.commit()

    def test_a_strategys_own_callbacks(self):
        pin(self.folder, 3.0)
        strategy = load("ParamgateComposed", self.folder, RunMode.BACKTEST)
        strategy.ft_bot_start()
        trade, now = trade_of(3.0, False), datetime.now(timezone.utc)
        self.assertAlmostEqual(ask_stop(strategy, trade, OPEN, 0.0), 0.0444, 3)
        self.assertAlmostEqual(ask_stop(strategy, trade, OPEN * 1.01, 0.027), 3 * (1 - 1 / 1.01), 4)
        self.assertEqual(ask_roi(strategy, trade, 719), 0.03)
        self.assertEqual(ask_roi(strategy, trade, 720), 0.015)
        trade.open_date = now - timedelta(days=2)
        exits = [check.exit_reason for check in strategy.should_exit(trade, OPEN, now, enter=False, exit_=False)]
        self.assertEqual(exits, ["a_day_is_over"])

    def test_the_feeding_strategy_tells_and_does_not_trade(self):
        with service(self.folder) as running:
            settings = {"url": running.url, "source": "75a"}
            strategy = load("ParamgateFeeding", self.folder, RunMode.DRY_RUN, paramgate_feeder=settings)
            told = {"pair": market.PAIR, "order_type": "limit", "amount": 1.0, "rate": 1.0, "time_in_force": "GTC"}
            now = datetime.now(timezone.utc)
            entered = strategy.confirm_trade_entry(**told, current_time=now, entry_tag="model conf=0.91", side="short")
            self.assertFalse(entered)
            import paramgate_feeder

            for feeder in paramgate_feeder._feeders.values():
                self.assertTrue(feeder.flush(20))
                self.assertEqual(feeder.last_state(market.PAIR, "short").state, "ACCEPTED")
                feeder.close()
            paramgate_feeder._feeders.clear()


class Targets(InFreqtrade):
    """The target reaches freqtrade's own database beside the bot's loop, and from there the gateway's bins."""

    def in_database(self, leverage, short):
        trade = trade_of(leverage, short)
        Trade.session.add(trade)
        Trade.commit()
        return trade

    def looked_at(self, strategy, trade, rate=OPEN):
        """As the bot's loop does with an open trade."""
        return strategy.should_exit(trade, rate, datetime.now(timezone.utc), enter=False, exit_=False)

    def closed(self, trade):
        trade.close_date, trade.close_profit, trade.is_open = datetime.now(timezone.utc), 0.03, False
        Trade.commit()

    def test_imported_trades_count_in_their_bin(self):
        file = self.folder / "tradesv3.sqlite"
        init_db(f"sqlite:///{file}")
        self.addCleanup(init_db, "sqlite://")
        with Gateway(levels_for) as gateway:
            settings = {"url": gateway.url, "refresh_seconds": 0.1}
            strategy = load("ParamgateLongShort", self.folder, RunMode.DRY_RUN, paramgate=settings)
            strategy.ft_bot_start()
            self.addCleanup(strategy.ft_bot_cleanup)
            notes = strategy._paramgate_notes
            notes.retry_seconds = (0.05, 0.1)
            trades = [self.in_database(3.0, number % 2 == 1) for number in range(6)]
            other = sqlite3.connect(file, isolation_level=None)
            self.addCleanup(other.close)
            other.execute("BEGIN IMMEDIATE")  # another process writes, for longer than SQLite waits
            for trade in trades:
                until(lambda t=trade: strategy._paramgate_levels(t))
                self.assertEqual(self.looked_at(strategy, trade), [])
            until(lambda: self.said("targets cannot be kept with freqtrade (database is locked)"))
            self.assertEqual([ask_roi(strategy, trade) for trade in trades], [0.03] * 6)
            other.execute("COMMIT")
            until(lambda: notes.thread is None)
            rows = other.execute("SELECT cd_key, cd_type, cd_value, count(*) FROM trade_custom_data GROUP BY 1, 2, 3")
            kept = [("take_profit_ratio", "float", "0.03", 6), ("take_profit_source", "str", "STATELESS", 6)]
            self.assertEqual(sorted(rows), kept)
            for trade in trades:
                # What the bot had not written when the database was locked is still there to be written.
                self.assertAlmostEqual(trade.stop_loss_pct, -0.0444, 3)
                self.closed(trade)
        with service(self.folder) as running:
            command = [NODE, "src/main.ts", "import", "trades", "--sqlite", str(file), "--name", "BOT3", "--json"]
            env = clean_environment() | {"PARAMGATE_DATA": str(self.folder / "data")}
            done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            bins = "{ leverageBins { minLeverage maxLeverage totalTrades stopLossPct takeProfitPct } }"
            until(lambda: [b for b in running.ask(bins)["leverageBins"] if b["totalTrades"]])
            (found,) = [b for b in running.ask(bins)["leverageBins"] if b["totalTrades"]]
            self.assertEqual((found["totalTrades"], found["takeProfitPct"]), (6, 1.0))
            self.assertAlmostEqual(found["stopLossPct"], -1.48, 1)


class Installing(InFreqtrade):
    """As the documentation says: files laid beside a strategy, or a package installed; nothing of this folder on the path."""

    CODE = """
import sys
from pathlib import Path
sys.path[:] = [entry for entry in sys.path if "adapters" not in entry]
from freqtrade.enums import RunMode
from freqtrade.resolvers import StrategyResolver
config = {"strategy": sys.argv[2], "strategy_path": sys.argv[1], "user_data_dir": Path(sys.argv[1]), "runmode": RunMode.BACKTEST}
config |= {"trading_mode": "futures", "stake_currency": "USDT", "exchange": {"name": "binance"}}
strategy = StrategyResolver.load_strategy(config)
strategy.ft_bot_start()
print(strategy.use_custom_stoploss, strategy._ft_stop_uses_after_fill, sys.modules.get("paramgate", strategy).__file__)
"""

    def load(self, name):
        words = [sys.executable, "-W", "ignore", "-c", self.CODE, str(self.folder), name]
        done = subprocess.run(words, cwd=self.folder, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()[-1]

    def test_the_files_laid_beside_each_other_are_enough(self):
        for file in [*market.EXAMPLES.glob("*.py"), *market.ADAPTER.glob("*.py")]:
            shutil.copy(file, self.folder)
        for name in ("ParamgateLongShort", "ParamgateComposed"):
            self.assertEqual(self.load(name), f"True True {self.folder / 'paramgate.py'}")
        self.assertIn("False False", self.load("ParamgateFeeding"))

    def test_a_mistake_in_the_settings_stops_the_bot_with_its_line(self):
        strategy = load("ParamgateLongShort", self.folder, RunMode.DRY_RUN, paramgate={"colour": "red"})
        with self.assertRaisesRegex(StrategyError, "paramgate.colour: there is no such setting"):
            strategy.ft_bot_start()


class Backtests(InFreqtrade):
    def setUp(self):
        super().setUp()
        disable_database_use(market.TIMEFRAME)
        self.addCleanup(enable_database_use)

    def test_trade_by_trade_as_paramgate_simulate(self):
        for seed, leverage in ((1, 1.0), (2, 3.0), (3, 10.0)):
            with self.subTest(leverage=leverage):
                market.make_candles(self.folder, seed)
                pin(self.folder, leverage)
                trades, entries = market.backtest("ParamgateLongShort", self.folder, leverage)
                expected = simulate(self.folder, leverage, entries, one_at_a_time=True)
                kept = ("side", "openedAt", "openRate", "closedAt", "closeRate", "exitReason", "profitRatio")
                self.assertGreater(len(trades), 50)
                self.assertEqual(trades, [{name: trade[name] for name in kept} for trade in expected])
                self.assertEqual({trade["exitReason"] for trade in trades} - {"force_exit"}, {"stop_loss", "roi"})

    def test_the_same_twice_and_with_callbacks_of_its_own(self):
        market.make_candles(self.folder, 4)
        pin(self.folder, 3.0)
        first, _ = market.backtest("ParamgateComposed", self.folder, 3.0)
        second, _ = market.backtest("ParamgateComposed", self.folder, 3.0)
        self.assertEqual(first, second)
        self.assertGreater(len(first), 20)
        self.assertIn("trailing_stop_loss", {trade["exitReason"] for trade in first})

    def test_hyperopt_can_send_the_strategy_to_its_processes(self):
        import cloudpickle

        pin(self.folder, 3.0)
        strategy = load("ParamgateLongShort", self.folder, RunMode.HYPEROPT)
        strategy.ft_bot_start()

        def send_modules(bases):
            """As freqtrade's hyperopt does."""
            for base in bases:
                if base.__name__ != "IStrategy":
                    module = sys.modules[base.__module__]
                    cloudpickle.register_pickle_by_value(module)
                    self.addCleanup(cloudpickle.unregister_pickle_by_value, module)
                    send_modules(base.__bases__)

        send_modules(type(strategy).__bases__)
        again = cloudpickle.loads(cloudpickle.dumps(strategy))
        self.assertEqual(ask_roi(again, trade_of(3.0, False)), 0.03)
        self.assertAlmostEqual(ask_stop(again, trade_of(3.0, False)), 0.0444, 3)


if __name__ == "__main__":
    unittest.main()
