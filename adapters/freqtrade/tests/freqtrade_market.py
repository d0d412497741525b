"""A market for the real freqtrade without an exchange: candles of its own in a folder, one pair with a price step, and real backtesting over them."""

from __future__ import annotations

import contextlib
import logging
import random
from datetime import datetime, timezone
from pathlib import Path
from unittest.mock import MagicMock, PropertyMock, patch

import pandas as pd
from freqtrade.enums import CandleType, MarginMode, RunMode, TradingMode
from freqtrade.exchange import Exchange
from freqtrade.optimize.backtesting import Backtesting

ADAPTER = Path(__file__).resolve().parent.parent
EXAMPLES = ADAPTER / "examples"
PAIR = "XRP/USDT:USDT"
TIMEFRAME = "5m"
STEP_MS = 300_000
DECIMALS = 4
FEE = 0.0005
TICK_SIZE = 4

logging.getLogger("freqtrade").setLevel(logging.ERROR)


def make_candles(folder: Path, seed: int, count: int = 3_000) -> pd.DataFrame:
    """A random walk with gaps between candles, kept as freqtrade keeps futures."""
    rng = random.Random(seed)
    start = int(datetime(2024, 3, 1, tzinfo=timezone.utc).timestamp() * 1000)
    price, rows = 1.2345, []
    for index in range(count):
        price *= 1 + (rng.gauss(0, 0.01) if rng.random() < 0.1 else 0)
        path = [price]
        for _ in range(6):
            path.append(path[-1] * (1 + rng.gauss(0, 0.002)))
        prices = [round(value, DECIMALS) for value in (path[0], max(path), min(path), path[-1])]
        rows.append([start + index * STEP_MS, *prices, rng.random() * 100])
        price = min(max(path[-1], 0.4), 4.0)
    frame = pd.DataFrame(rows, columns=["date", "open", "high", "low", "close", "volume"])
    frame["date"] = pd.to_datetime(frame["date"], unit="ms", utc=True)
    (folder / "futures").mkdir(parents=True, exist_ok=True)
    frame.to_feather(folder / "futures" / f"XRP_USDT_USDT-{TIMEFRAME}-futures.feather")
    return frame


def config_of(strategy: str, folder: Path, runmode: RunMode, **more) -> dict:
    return {
        "exchange": {
            "name": "binance",
            "key": "",
            "secret": "",
            "pair_whitelist": [PAIR],
            "pair_blacklist": [],
            "ccxt_config": {},
            "ccxt_async_config": {},
        },
        "pairlists": [{"method": "StaticPairList"}],
        "stake_currency": "USDT",
        "stake_amount": 1e9,
        "dry_run": True,
        "dry_run_wallet": 1e15,
        "max_open_trades": 1,
        "trading_mode": TradingMode.FUTURES,
        "margin_mode": MarginMode.ISOLATED,
        "candle_type_def": CandleType.FUTURES,
        "timeframe": TIMEFRAME,
        "strategy": strategy,
        "strategy_path": str(EXAMPLES),
        "user_data_dir": folder,
        "datadir": folder,
        "dataformat_ohlcv": "feather",
        "runmode": runmode,
        "fee": FEE,
        "export": "none",
        "timerange": None,
        "unfilledtimeout": {"entry": 10, "exit": 10, "unit": "minutes"},
        "entry_pricing": {"price_side": "same", "use_order_book": False},
        "exit_pricing": {"price_side": "same", "use_order_book": False},
        "original_config": {},
        "exportfilename": folder / "x",
        "tradable_balance_ratio": 0.99,
        "amend_last_stake_amount": False,
        "last_stake_amount_min_ratio": 0.5,
        "order_types": {"entry": "limit", "exit": "limit", "stoploss": "market", "stoploss_on_exchange": False},
        "verbosity": 0,
        "enable_protections": False,
        "internals": {},
        "db_url": "sqlite://",
        "bot_name": "test",
        **more,
    }


def _exchange(config: dict) -> Exchange:
    with (
        patch.object(Exchange, "validate_config"),
        patch.object(Exchange, "_load_async_markets"),
        patch.object(Exchange, "reload_markets"),
    ):
        exchange = Exchange(config, validate=False, load_leverage_tiers=False)
    limits = {"amount": {"min": None, "max": None}, "price": {"min": None, "max": None}}
    exchange._markets = {
        PAIR: {
            "id": "X",
            "symbol": PAIR,
            "base": "XRP",
            "quote": "USDT",
            "settle": "USDT",
            "active": True,
            "spot": False,
            "swap": True,
            "linear": True,
            "contract": True,
            "contractSize": 1.0,
            "type": "swap",
            "future": False,
            "precision": {"amount": 1e-12, "price": 10**-DECIMALS},
            "limits": {**limits, "cost": {"min": None, "max": None}, "leverage": {"min": 1, "max": 125}},
            "taker": FEE,
            "maker": FEE,
            "info": {},
        }
    }
    return exchange


def backtest(strategy: str, folder: Path, leverage: float, **more) -> tuple[list[dict], list[tuple[int, str]]]:
    """freqtrade's own backtesting of an example over the candles in `folder`: its trades, and the signals (ms of the entry candle, side)."""
    config = config_of(strategy, folder, RunMode.BACKTEST, example_leverage=leverage, **more)
    exchange = _exchange(config)
    pairs = MagicMock()
    pairs.whitelist = [PAIR]
    with contextlib.ExitStack() as stack:
        for name, value in (
            ("get_max_leverage", 125.0),
            ("get_maintenance_ratio_and_amt", (0.0, 0.0)),
            ("get_fee", FEE),
            ("calculate_funding_fees", 0.0),
            ("get_min_pair_stake_amount", 0.0),
            ("get_max_pair_stake_amount", float("inf")),
            ("get_precision_price", 10**-DECIMALS),
        ):
            stack.enter_context(patch.object(Exchange, name, return_value=value))
        for name in ("precisionMode", "precision_mode_price"):
            stack.enter_context(patch.object(Exchange, name, new_callable=PropertyMock, return_value=TICK_SIZE))
        stack.enter_context(patch.object(Exchange, "get_proxy_coin", return_value="USDT", create=True))
        stack.enter_context(patch("freqtrade.optimize.backtesting.PairListManager", return_value=pairs))
        stack.enter_context(patch("freqtrade.optimize.backtesting.update_liquidation_prices"))
        stack.enter_context(patch("freqtrade.optimize.backtesting.migrate_data"))
        stack.enter_context(patch.object(Backtesting, "_validate_pairlists_for_backtesting"))
        stack.enter_context(patch.object(Backtesting, "_load_bt_data_detail", _no_detail))
        backtesting = Backtesting(config, exchange=exchange)
        backtesting._set_strategy(backtesting.strategylist[0])
        data, timerange = backtesting.load_bt_data()
        analysed = {
            pair: backtesting.strategy.advise_indicators(frame.copy(), {"pair": pair}) for pair, frame in data.items()
        }
        dates = analysed[PAIR]["date"]
        found = backtesting.backtest(processed=analysed, start_date=dates.iloc[0], end_date=dates.iloc[-1])["results"]
        signals = backtesting.strategy.ft_advise_signals(analysed[PAIR].copy(), {"pair": PAIR})
    return [_trade(row) for row in found.to_dict("records")], _entries(signals)


def _no_detail(backtesting: Backtesting) -> None:
    backtesting.futures_data = {PAIR: None}
    backtesting.funding_fee_timeframe_secs = 28_800


def _entries(signals: pd.DataFrame) -> list[tuple[int, str]]:
    found = []
    for row in signals.to_dict("records"):
        at = int(row["date"].timestamp() * 1000) + STEP_MS
        found += [(at, side) for side in ("long", "short") if row.get(f"enter_{side}") == 1]
    return found


def _trade(row: dict) -> dict:
    return {
        "side": "short" if row["is_short"] else "long",
        "openedAt": int(row["open_date"].timestamp() * 1000),
        "openRate": row["open_rate"],
        "closedAt": int(row["close_date"].timestamp() * 1000),
        "closeRate": row["close_rate"],
        "exitReason": row["exit_reason"],
        "profitRatio": round(row["profit_ratio"], 8) + 0.0,
    }
