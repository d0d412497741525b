"""What a callback costs with 300 open trades, and how many requests renew them; one JSON line. `npm run bench adapter` reads it."""

from __future__ import annotations

import gc
import json
import tempfile
import time

from support import Gateway, IStrategy, ask_roi, ask_stop, levels_for, stop_price, trade_of, until

from paramgate import ParamgateExits

TRADES = 300
ROUNDS = 30


class Plain(ParamgateExits, IStrategy):
    pass


def cost(work) -> float:
    """Microseconds a call takes in the median round: a round asks for every trade once, as the bot's loop does."""
    took = []
    gc.collect()
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for trade in trades:
            work(strategy, trade)
        took.append((time.perf_counter() - started) / TRADES * 1e6)
    return sorted(took)[ROUNDS // 2]


with tempfile.TemporaryDirectory() as folder, Gateway(levels_for) as gateway:
    settings = {"url": gateway.url, "refresh_seconds": 1.0}
    strategy = Plain({"runmode": "dry_run", "user_data_dir": folder, "paramgate": settings})
    strategy.bot_start()
    trades = [trade_of(pair=f"C{number}/USDT:USDT", short=number % 2 == 1) for number in range(TRADES)]
    until(lambda: all([ask_stop(strategy, trade) for trade in trades]))
    first = cost(ask_stop)
    for trade in trades:
        trade.stop_loss = stop_price(ask_stop(strategy, trade), trade)
    asked, connections = len(gateway.bodies), gateway.connections
    told = {"stopUs": max(first, cost(ask_stop)), "roiUs": cost(ask_roi)}
    until(lambda: len(gateway.bodies) >= asked + 2)
    told["requestsOf"] = [len(body["variables"]["requests"]) for body in gateway.bodies[asked:]]
    told["connections"] = gateway.connections - connections + 1
    strategy.ft_bot_cleanup()
print(json.dumps(told))
