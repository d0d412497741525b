"""What the adapter's tests share: the real service, gateways that misbehave, stand-ins for freqtrade's classes, recorded logs."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace

ADAPTER = Path(__file__).resolve().parent.parent
ROOT = ADAPTER.parent.parent
sys.path.insert(0, str(ADAPTER))

PAIR = "BTC/USDT:USDT"
# Of the runner of `npm test`; by hand the project's own Node does.
NODE = os.environ.get("PARAMGATE_TEST_NODE") or str(ROOT / "node_modules/node/bin/node")


def until(check, seconds=20.0):
    """Waits until `check` gives something true, and returns it; fails after a generous while."""
    ends_at = time.monotonic() + seconds
    while not (found := check()):
        if time.monotonic() > ends_at:
            raise AssertionError(f"did not come about within {seconds} s")
        time.sleep(0.005)
    return found


class Case(unittest.TestCase):
    """A test with a folder of its own, the adapter's log lines, and nothing of the machine's settings."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="paramgate-py-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        for name in [
            name for name in os.environ if name.startswith("PARAMGATE_") and not name.startswith("PARAMGATE_TEST_")
        ]:
            self.addCleanup(os.environ.__setitem__, name, os.environ.pop(name))
        self.lines: list[str] = []
        handler = logging.Handler()
        handler.emit = lambda record: self.lines.append(record.getMessage())
        for name in ("paramgate", "paramgate_feeder"):
            logger = logging.getLogger(name)
            logger.setLevel(logging.INFO)
            logger.propagate = False
            logger.addHandler(handler)
            self.addCleanup(logger.removeHandler, handler)

    def said(self, *words):
        """Log lines that hold all of `words`."""
        return [line for line in self.lines if all(word in line for word in words)]


# ---- stand-ins for freqtrade ----------------------------------------------------------------------------------------------------------


class IStrategy:
    """freqtrade's strategy as far as the adapter meets it: its callbacks do what the real defaults do."""

    minimal_roi: dict = {}
    use_exit_signal = True

    def __init__(self, config):
        self.config = config

    def bot_start(self, **kwargs):
        pass

    def ft_bot_cleanup(self):
        pass

    def custom_stake_amount(self, pair, proposed_stake, **kwargs):
        return proposed_stake

    def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit, after_fill, **kwargs):
        return self.stoploss

    def custom_roi(self, pair, trade, current_time, trade_duration, entry_tag, side, **kwargs):
        return None

    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        return None


def without_roi():
    """A freqtrade from before custom_roi."""
    kept = {
        name: value for name, value in vars(IStrategy).items() if name not in ("custom_roi", "__dict__", "__weakref__")
    }
    return type("IStrategy", (), kept)


def trade_of(pair=PAIR, leverage=3.0, short=False, open_rate=100.0, stop_loss=0.0):
    return SimpleNamespace(pair=pair, leverage=leverage, is_short=short, open_rate=open_rate, stop_loss=stop_loss)


def ask_stop(strategy, trade, rate=None, profit=0.0, after_fill=False):
    """What custom_stoploss says, as freqtrade calls it."""
    return strategy.custom_stoploss(
        pair=trade.pair,
        trade=trade,
        current_time=datetime.now(timezone.utc),
        current_rate=rate or trade.open_rate,
        current_profit=profit,
        after_fill=after_fill,
    )


def ask_roi(strategy, trade, minutes=5):
    side = "short" if trade.is_short else "long"
    return strategy.custom_roi(
        pair=trade.pair,
        trade=trade,
        current_time=datetime.now(timezone.utc),
        trade_duration=minutes,
        entry_tag=None,
        side=side,
    )


def ask_exit(strategy, trade, profit):
    return strategy.custom_exit(
        pair=trade.pair,
        trade=trade,
        current_time=datetime.now(timezone.utc),
        current_rate=trade.open_rate,
        current_profit=profit,
    )


def stop_price(value, trade, rate=None):
    """The price that freqtrade makes of what custom_stoploss returned."""
    distance = abs(value) / trade.leverage
    return (rate or trade.open_rate) * (1 + distance if trade.is_short else 1 - distance)


# ---- the real service -----------------------------------------------------------------------------------------------------------------


def clean_environment():
    """This process's, without what would configure the service."""
    ours = ("PARAMGATE_", "INFLUX_", "NODE_OPTIONS", "VITEST")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


class Service:
    """The real executable in a process of its own."""

    def __init__(self, folder: Path, port=0, env=None):
        kept = clean_environment()
        kept |= {
            "PARAMGATE_PORT": str(port),
            "PARAMGATE_DATA": str(folder),
            "PARAMGATE_LOG_LEVEL": "warn",
            **(env or {}),
        }
        self.errors = open(folder.parent / f"{folder.name}.err", "ab")
        command = [NODE, str(ROOT / "src/main.ts"), "start"]
        self.process = subprocess.Popen(command, env=kept, stdout=subprocess.PIPE, stderr=self.errors, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("paramgate ready on "):
            self.end()
            raise AssertionError(f"the service did not start: {(folder.parent / f'{folder.name}.err').read_text()}")
        self.url = line.split()[-1].removesuffix("/graphql")
        self.port = int(self.url.rsplit(":", 1)[1])

    def ask(self, query, variables=None, key=None):
        body = json.dumps({"query": query, "variables": variables or {}}).encode()
        headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
        with urllib.request.urlopen(urllib.request.Request(f"{self.url}/graphql", body, headers), timeout=20) as answer:
            told = json.load(answer)
        if "errors" in told:
            raise AssertionError(told["errors"])
        return told["data"]

    def remember(self, leverage, stop_pct, target_pct, side="LONG", key=None):
        """Six closed trades with these levels: enough for the bin of this leverage to answer."""
        now = datetime.now(timezone.utc)
        trades = [
            {
                "bot": "BOT3",
                "tradeId": f"{leverage}-{side}-{number}",
                "pair": "ETH/USDT:USDT",
                "side": side,
                "leverage": leverage,
                "profitPct": 0.9,
                "stopLossPct": stop_pct,
                "takeProfitPct": target_pct,
                "openedAt": (now - timedelta(hours=2)).isoformat(),
                "closedAt": (now - timedelta(hours=1)).isoformat(),
            }
            for number in range(6)
        ]
        query = "mutation($trades: [ClosedTradeInput!]!) { recordTrades(trades: $trades) { recorded } }"
        self.ask(query, {"trades": trades}, key)

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()
        self.end()

    def end(self):
        if self.process.poll() is None:
            self.thaw()
            self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()
        self.errors.close()


@contextlib.contextmanager
def service(folder: Path, **options):
    (folder / "data").mkdir(exist_ok=True)
    running = Service(folder / "data", **options)
    try:
        yield running
    finally:
        running.end()


# ---- gateways that misbehave ----------------------------------------------------------------------------------------------------------


class Gateway:
    """A socket that answers each request with whatever bytes `answer(body)` gives: bytes, or an iterator of them sent piece by piece."""

    def __init__(self, answer, wrap=None):
        self.answer, self.wrap = answer, wrap
        self.bodies: list[dict] = []
        self.heads: list[str] = []
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError, ValueError):
            stream = (self.wrap(connection) if self.wrap else connection).makefile("rwb")
            while True:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    line = stream.readline()
                    if not line:
                        return
                    head += line
                length = int(
                    next(row.split(b":")[1] for row in head.split(b"\r\n") if row.lower().startswith(b"content-length"))
                )
                body = json.loads(stream.read(length))
                self.heads.append(head.decode())
                self.bodies.append(body)
                told = self.answer(body)
                if told is None:
                    connection.close()
                    return
                for piece in [told] if isinstance(told, bytes) else told:
                    stream.write(piece)
                    stream.flush()

    def close(self):
        self.listener.close()
        for connection in self.open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def http(body, status="200 OK", kind="application/json", length=None):
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(text) if length is None else length}\r\n\r\n"
    return head.encode() + text


def levels_for(body, stop_pct=-4.44, target_pct=3.0, **more):
    """A right answer to a batch, with `more` or other levels in each item."""
    items = [
        {
            **{"pair": one["pair"], "leverage": one["leverage"], "side": one["side"], "source": "STATELESS"},
            **{"account": {"stopLossPct": stop_pct, "takeProfitPct": target_pct}, "revision": "r", "stale": False},
            **more,
        }
        for one in body["variables"]["requests"]
    ]
    return http({"data": {"exitParamsBatch": items}})
