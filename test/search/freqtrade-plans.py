"""Writes freqtrade-plans.json: what the backtesting of freqtrade 2026.9 makes of trailing stops, break-even stops, ROI tables and longest holds, for freqtrade-plans.test.ts.

Run it as `python freqtrade-plans.py > freqtrade-plans.json` where freqtrade is installed. Nothing is fetched: the exchange is one pair in memory, funding,
liquidation and the amounts' precision are switched off, and the candles are made of a seed.
"""

import builtins
import json
import logging
import random
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import MagicMock, PropertyMock, patch

import pandas as pd
from freqtrade import __version__
from freqtrade.data.history import get_timerange
from freqtrade.enums import CandleType, MarginMode, RunMode, TradingMode
from freqtrade.exchange import Exchange
from freqtrade.optimize.backtesting import Backtesting

logging.disable(logging.CRITICAL)
PAIR = "XRP/USDT:USDT"
CASE = builtins.PLAN_CASE = {}

STRATEGY = '''
import builtins
import pandas as pd
from freqtrade.strategy import IStrategy, stoploss_from_open

CASE = builtins.PLAN_CASE


class Planned(IStrategy):
    INTERFACE_VERSION = 3
    can_short = True
    timeframe = "5m"
    use_exit_signal = CASE["max_hold"] > 0
    minimal_roi = {"0": 1}
    stoploss = -0.5
    use_custom_stoploss = CASE["break_even"] is not None

    def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        if current_profit > CASE["break_even"]:
            return stoploss_from_open(0.0, current_profit, is_short=trade.is_short, leverage=trade.leverage)
        return None

    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        return "max_hold" if current_time - trade.open_date_utc >= CASE["max_hold"] * pd.Timedelta(self.timeframe) else None

    def leverage(self, *args, **kwargs):
        return CASE["leverage"]

    def populate_indicators(self, df, metadata):
        return df

    def populate_exit_trend(self, df, metadata):
        return df

    def populate_entry_trend(self, df, metadata):
        entry = df["date"] + pd.Timedelta(self.timeframe)
        for side in ("long", "short"):
            times = [pd.Timestamp(time, unit="ms", tz="UTC") for time, of in CASE["entries"] if of == side]
            df[f"enter_{side}"] = entry.isin(times).astype(int)
        return df
'''


def exchange_of(config):
    with ExitStack() as stack:
        for name in ("validate_config", "_load_async_markets", "reload_markets", "validate_timeframes"):
            stack.enter_context(patch.object(Exchange, name, create=True))
        exchange = Exchange(config, validate=False, load_leverage_tiers=False)
    limits = {key: {"min": None, "max": None} for key in ("amount", "price", "cost")}
    exchange._markets = {
        PAIR: dict(id="X", symbol=PAIR, base="XRP", quote="USDT", settle="USDT", active=True, spot=False, swap=True, linear=True,
                   contract=True, contractSize=1.0, type="swap", future=False, precision=dict(amount=1e-12, price=1e-12),
                   limits={**limits, "leverage": {"min": 1, "max": 125}}, taker=0.0005, maker=0.0005, info={})
    }
    return exchange


def backtest(case, folder):
    leverage = case["leverage"]
    account = lambda pct: round(pct * leverage, 4) / 100
    trailing, break_even = case["plan"]["trailing"], case["plan"]["breakEvenPct"]
    CASE.update(leverage=leverage, entries=case["entries"], max_hold=case["maxHold"], break_even=None if break_even is None else account(break_even))
    (folder / "Planned.py").write_text(STRATEGY)
    stops = {"trailing_stop": False} if trailing is None else {
        "trailing_stop": True,
        "trailing_stop_positive": account(trailing["distancePct"]),
        "trailing_stop_positive_offset": account(trailing["offsetPct"]),
        "trailing_only_offset_is_reached": trailing["onlyOffset"],
    }
    roi = {"0": account(case["targetPct"])} | {str(t["afterMinutes"]): account(t["takeProfitPct"]) for t in case["plan"]["targets"]}
    pricing = dict(price_side="same", use_order_book=False)
    config = dict(
        exchange=dict(name="binance", key="", secret="", pair_whitelist=[PAIR], pair_blacklist=[], ccxt_config={}, ccxt_async_config={}),
        pairlists=[{"method": "StaticPairList"}], stake_currency="USDT", stake_amount=1e5 if case["candles"][0][1] < 1e-3 else 1e9, dry_run=True, dry_run_wallet=1e15,
        max_open_trades=1 if case["oneAtATime"] else float("inf"), trading_mode=TradingMode.FUTURES, margin_mode=MarginMode.ISOLATED, candle_type_def=CandleType.FUTURES,
        timeframe="5m", strategy="Planned", strategy_path=str(folder), user_data_dir=folder, datadir=folder, dataformat_ohlcv="feather",
        runmode=RunMode.BACKTEST, fee=case["feePct"] / 100, export="none", timerange=None, position_stacking=not case["oneAtATime"],
        unfilledtimeout=dict(entry=10, exit=10, unit="minutes"), entry_pricing=pricing, exit_pricing=pricing, minimal_roi=roi,
        stoploss=account(case["stopPct"]), original_config={}, exportfilename=folder / "x", tradable_balance_ratio=0.99,
        amend_last_stake_amount=False, last_stake_amount_min_ratio=0.5, verbosity=0, enable_protections=False, internals={},
        order_types=dict(entry="limit", exit="limit", stoploss="market", stoploss_on_exchange=False), db_url="sqlite://", bot_name="x", **stops,
    )
    returns = {
        "get_max_leverage": 125.0, "get_maintenance_ratio_and_amt": (0.0, 0.0), "get_fee": config["fee"], "calculate_funding_fees": 0.0,
        "get_min_pair_stake_amount": 0.0, "get_max_pair_stake_amount": float("inf"), "get_precision_price": None, "get_proxy_coin": "USDT",
    }
    pairs = MagicMock(whitelist=[PAIR])
    loads = lambda self: self.__dict__.update(futures_data={PAIR: None}, funding_fee_timeframe_secs=28800)
    with ExitStack() as stack:
        enter = stack.enter_context
        exchange = exchange_of(config)
        enter(patch("freqtrade.optimize.backtesting.PairListManager", return_value=pairs))
        enter(patch("freqtrade.optimize.backtesting.update_liquidation_prices"))
        enter(patch("freqtrade.optimize.backtesting.migrate_data"))
        for name, value in returns.items():
            enter(patch.object(Exchange, name, return_value=value, create=True))
        for name in ("precisionMode", "precision_mode_price"):
            enter(patch.object(Exchange, name, new_callable=PropertyMock, return_value=4))
        enter(patch.object(Backtesting, "_load_bt_data_detail", loads))
        enter(patch.object(Backtesting, "_validate_pairlists_for_backtesting"))
        tested = Backtesting(config, exchange=exchange)
        tested._set_strategy(tested.strategylist[0])
        data, _ = tested.load_bt_data()
        processed = {pair: tested.strategy.advise_indicators(frame.copy(), {"pair": pair}) for pair, frame in data.items()}
        start, end = get_timerange(processed)
        results = tested.backtest(processed=processed, start_date=start, end_date=end)["results"]
    ms = lambda time: int(time.timestamp() * 1000)
    return [
        ["short" if t["is_short"] else "long", ms(t["open_date"]), t["open_rate"], ms(t["close_date"]), t["close_rate"], t["exit_reason"], t["profit_ratio"]]
        for t in results.to_dict("records")
    ]


def candles_of(rng, count=110, price=10.0, decimals=(3, 3), start=1709251200000):
    """Prices have `decimals[0]` decimals before March 2024 and `decimals[1]` from then on."""
    rows = []
    for index in range(count):
        opened = price * (1 + (0.004 * rng.gauss(0, 1) if rng.random() < 0.1 else 0))
        price = low = high = opened
        for _ in range(5):
            price *= 1 + 0.003 * rng.gauss(0, 1)
            low, high = min(low, price), max(high, price)
        time = start + index * 300000
        rows.append([time, *(round(x, decimals[time >= 1709251200000]) for x in (opened, high, low, price))])
    return rows


trailing = lambda distance, offset, only: {"distancePct": distance, "offsetPct": offset, "onlyOffset": only}
PLANS = [
    (1, trailing(0.4, 0, False), None, []), (3, trailing(0.3, 0.7, True), None, []), (2.5, trailing(0.3, 0.5, False), None, []),
    (1, trailing(0.25, 0, True), None, []), (1, None, 0.3, []), (5, None, 0.15, []), (1, None, None, [[10, 0.6], [30, 0.2], [60, -0.3]]),
    (4, None, None, [[7, 0.4], [25, 0.0]]), (2, trailing(0.4, 0.6, True), 0.25, [[15, 0.7]]), (1, trailing(0.5, 0, False), 0.2, [[20, 0.9]]),
    (10, None, None, [], {"max_hold": 2}), (1, None, 0.4, [[20, 0.5]], {"max_hold": 3, "one": True}),
    (3, trailing(0.3, 0.5, True), None, [], {"price": 3.3e-7, "decimals": (11, 11)}), (1, trailing(0.3, 0, False), 0.3, [], {"price": 1e6, "decimals": (0, 0), "one": True}),
    (3, trailing(0.4, 0.6, True), 0.25, [[15, 0.7]], {"max_hold": 4, "decimals": (4, 2), "start": 1709251200000 - 55 * 300000, "one": True}),
]


def cases():
    rng = random.Random(26)
    for leverage, trail, break_even, targets, *more in PLANS:
        shape = dict(*more)
        max_hold, one = shape.pop("max_hold", 0), shape.pop("one", False)
        rows = candles_of(rng, **shape)
        case = {
            "leverage": leverage, "feePct": rng.choice([0, 0.05]), "stopPct": -0.8, "targetPct": 1.2, "maxHold": max_hold, "oneAtATime": one,
            "plan": {"trailing": trail, "breakEvenPct": break_even, "targets": [{"afterMinutes": m, "takeProfitPct": p} for m, p in targets]},
            "candles": rows, "entries": [[row[0], rng.choice(["long", "short"])] for row in rows if rng.random() < 0.3],
        }
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "futures").mkdir()
            frame = pd.DataFrame([[*row, 1.0] for row in rows], columns=["date", "open", "high", "low", "close", "volume"])
            frame["date"] = pd.to_datetime(frame["date"], unit="ms", utc=True)
            frame.to_feather(folder / "futures" / "XRP_USDT_USDT-5m-futures.feather")
            yield {**case, "trades": backtest(case, folder)}


golden = {"about": f"Trades of the backtesting of freqtrade {__version__}; written by freqtrade-plans.py.", "cases": list(cases())}
json.dump(golden, sys.stdout, separators=(",", ":"))
print()
