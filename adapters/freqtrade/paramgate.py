"""Exit levels from a Paramgate gateway for a freqtrade strategy: `class MyStrategy(ParamgateExits, IStrategy)`.

One file, Python 3.10 or newer, standard library only: lay it beside the strategy, or install the package. The stop of each open trade goes
through `custom_stoploss`, the target through `custom_roi` (through `custom_exit` in a freqtrade that has no `custom_roi`).

What it keeps to:
- A callback reads memory and nothing else. One background thread asks the gateway for the levels of all open trades in one request.
- The gateway's last good levels hold while it is away, for a bounded time and across restarts; then the static fallback holds.
- A wrong level (stop >= 0, target <= 0, not a number, a stop looser than the risk cap, another trade's answer) is refused here too.
- The target of each trade is kept with freqtrade, which keeps none itself, so that the trade can be learned from; by a thread of its own.
- Outside of live and dry runs nothing is asked of anyone, nor kept: levels come from a file made by `paramgate export params`.
"""

from __future__ import annotations

import functools
import http.client
import inspect
import io
import json
import logging
import math
import os
import random
import socket
import ssl
import threading
import time
import weakref
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple
from urllib.parse import urlsplit

try:
    from freqtrade.strategy import stoploss_from_absolute
except ImportError:  # looked at without freqtrade

    def stoploss_from_absolute(stop_rate, current_rate, is_short=False, leverage=1.0):
        """freqtrade's own formula: how far `stop_rate` lies from `current_rate`, times leverage; 0 when it lies beyond."""
        if current_rate == 0:
            return 1
        distance = 1 - stop_rate / current_rate
        return max(-distance if is_short else distance, 0.0) * leverage


try:
    from freqtrade.exchange import price_to_precision
except ImportError:
    price_to_precision = None

__all__ = ["ParamgateExits"]
__version__ = "0.1.0"

logger = logging.getLogger(__name__)

# (pair, is_short, leverage): trades with the same key get the same levels.
Key = tuple[str, bool, float]

BATCH = 500  # the most requests that the gateway takes in one call
GATHER_SECONDS = 0.05  # trades first seen within this time travel in one request
FORGET_SECONDS = 600.0  # a trade that no callback asked about for this long is closed
RETRY_SECONDS = (1.0, 30.0)  # the first and the longest pause between failed requests
MAX_ANSWER_BYTES = 4_000_000
SAVE_SECONDS = 60.0
PARAMS_FILE = "paramgate-params.json"  # looked for in the bot's user_data folder when no params_file is set
TARGET_KEY, SOURCE_KEY = "take_profit_ratio", "take_profit_source"  # custom data of a trade; the gateway reads the first
MOST_NOTED = 5_000
ROUND_UP, ROUND_DOWN = 2, 3  # ccxt's ROUND_UP and freqtrade's ROUND_DOWN
NOISE = 1e-12
AT_ONCE = 1e-17  # a stop so near that it is the current price, and yet not 0, which freqtrade ignores

QUERY = """query ExitParamsBatch($requests: [ExitParamsRequest!]!) {
  exitParamsBatch(requests: $requests) {
    pair leverage side source account { stopLossPct takeProfitPct } riskCapped reason revision stale
  }
}"""


# What a gateway's fallback is worth while it has not read its hub (any more): it says nothing about the trade.
UNREAD = "UNREAD"
NO_FIGURES = "it has not read its hub and has only its fallback, which takes no figures away and ends no trade at once"


class Levels(NamedTuple):
    """A stop (< 0) and a target (> 0) as freqtrade's `stoploss` and `minimal_roi` have them: ratios on own capital, with leverage."""

    stop: float
    target: float
    source: str
    """OPTUNA, STATELESS or FALLBACK as the gateway says, UNREAD for the fallback of one that has not read its hub, PINNED from a file, STATIC for the
    fallback of this side."""


# ---- settings -----------------------------------------------------------------------------------------------------------------------------


class Settings(NamedTuple):
    """What can be set: in the bot's configuration under `paramgate`, or as a dictionary `paramgate` of the strategy class.

    freqtrade makes FREQTRADE__PARAMGATE__KEY and the like of the environment a part of its configuration.
    """

    url: str = "http://127.0.0.1:4000"
    """Of the gateway, without a path."""
    key: str | None = None
    """A key of role `bot`."""
    ca_file: str | None = None
    """PEM of the authority behind an https gateway, when the machine does not know it."""
    refresh_seconds: float = 5.0
    """How often the levels of open trades are asked for, give or take a fifth."""
    deadline_seconds: float = 1.0
    """How long one request may take in all."""
    max_age_seconds: float = 3600.0
    """How long the last good levels hold while the gateway is away."""
    unread_seconds: float = 60.0
    """How long a trade without figures waits for those of a gateway that has not read its hub; its own `stoploss` holds meanwhile."""
    fallback: str = "-2:1"
    """Stop and target, position level percent, when there is nothing else."""
    risk_cap_pct: float = -7.0
    """No stop looser than this, account level percent."""
    params_file: str | None = None
    """Of `paramgate export params`, for backtesting and hyperopt."""
    cache_file: str | None = None
    """Where the last good levels are kept; the default lies in the bot's user_data folder."""


def read_settings(*sections: dict[str, Any] | None) -> Settings:
    """The settings of `sections`: the first that names one counts. Raises ValueError with every mistake, a line each."""
    told: dict[str, Any] = {}
    for section in reversed([s for s in sections if s]):
        told.update(section)
    mistakes = [f"paramgate.{name}: there is no such setting" for name in told if name not in Settings._fields]
    values = {name: value for name, value in told.items() if name in Settings._fields and value is not None}
    if isinstance(values.get("key"), int):
        values["key"] = str(values["key"])  # freqtrade makes a number of digits in the environment

    def number(name: str, least: float, below: float) -> None:
        if name not in values:
            return
        try:
            values[name] = math.nan if isinstance(values[name], bool) else float(values[name])
        except (TypeError, ValueError):
            values[name] = math.nan
        if not least <= values[name] < below:
            mistakes.append(f"paramgate.{name}: allowed is a number from {least:g} up to, not including, {below:g}")

    number("refresh_seconds", 0.05, 3601)
    number("deadline_seconds", 0.05, 61)
    number("max_age_seconds", 0, 1e9)
    number("unread_seconds", 0, 3601)
    number("risk_cap_pct", -99.9999, 0)
    cap = values.get("risk_cap_pct", -7.0)
    if -1 < cap < 0 and ratio(cap) == 0:
        mistakes.append("paramgate.risk_cap_pct: it rounds to 0; the least is -0.0001")
    for name in ("url", "key", "ca_file", "params_file", "cache_file", "fallback"):
        if name in values and not isinstance(values[name], str):
            mistakes.append(f"paramgate.{name}: allowed is a text")
            values.pop(name)
    if "key" in values and not all(33 <= ord(letter) < 127 for letter in values["key"]):
        mistakes.append(
            "paramgate.key: a key has printable ASCII characters without spaces only"
        )  # which one is nobody's business
    if "url" in values and (why := url_mistake(values["url"])):
        mistakes.append(f"paramgate.url: {why}")
    if "fallback" in values and parse_fallback(values["fallback"]) is None:
        mistakes.append("paramgate.fallback: allowed is STOP:TARGET in position level percent, e.g. -2:1")
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return Settings(**values)


def url_mistake(url: str) -> str | None:
    """What is wrong with the address of a gateway; it is not repeated, since it may hold a password."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "it is no address; allowed is e.g. http://127.0.0.1:4000"
    if parts.scheme not in ("http", "https") or not host or not url.isascii() or any(c.isspace() for c in url):
        return "it is no address; allowed is e.g. http://127.0.0.1:4000"
    if parts.username is not None or parts.query or parts.fragment:
        return "it holds more than scheme, host, port and path; a key belongs into paramgate.key"
    return None


def parse_fallback(text: str) -> tuple[float, float] | None:
    try:
        stop, target = (float(part) for part in text.split(":"))
    except ValueError:
        return None
    return (stop, target) if -100 < stop < 0 < target < 1e6 and ratio(stop) < 0 < ratio(target) else None


# ---- numbers ------------------------------------------------------------------------------------------------------------------------------


def ratio(pct: float) -> float:
    """A percentage of at most 4 decimals as a ratio: the nearest double to what is written, so that -4.44 is -0.0444."""
    return round(pct * 10_000) / 1e6


def account_levels(position: tuple[float, float], leverage: float, cap_pct: float | None, source: str) -> Levels:
    """Position level percentages times leverage as on paper, to 4 decimals half away from zero, the stop held at the cap."""
    stop, target = (
        float((Decimal(repr(pct)) * Decimal(repr(leverage))).quantize(Decimal("0.0001"), ROUND_HALF_UP))
        for pct in position
    )
    return Levels(ratio(stop if cap_pct is None else max(stop, cap_pct)), ratio(target), source)


def number_of(value: Any) -> float:
    """A finite number, or NaN: `true` is none."""
    return (
        float(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9
        else math.nan
    )


def checked_levels(stop_pct: Any, target_pct: Any, cap_pct: float, source: str) -> Levels | str:
    """Account level percentages as levels, or what is wrong with them."""
    stop, target = number_of(stop_pct), number_of(target_pct)
    if not ratio_of(stop) < 0:
        return f"the stop {stop_pct!r:.40} is not negative"
    if not ratio_of(target) > 0:
        return f"the target {target_pct!r:.40} is not positive"
    if stop < cap_pct:
        return f"the stop {stop:g} % is looser than the risk cap {cap_pct:g} %"
    return Levels(ratio(stop), ratio(target), source)


def ratio_of(pct: float) -> float:
    return math.nan if math.isnan(pct) else ratio(pct)


def checked_answer(answer: Any, key: Key, cap_pct: float) -> Levels | str:
    """One item of the gateway's answer as the levels of `key`, or what is wrong with it."""
    pair, is_short, leverage = key
    if not isinstance(answer, dict) or not isinstance(account := answer.get("account"), dict):
        return "the answer holds no levels"
    side = "SHORT" if is_short else "LONG"
    if answer.get("pair") != pair or answer.get("side") != side or number_of(answer.get("leverage")) != leverage:
        return "the answer is for another trade"
    source = answer.get("source")
    if source not in ("OPTUNA", "STATELESS", "FALLBACK"):
        return "the answer names no source"
    if source == "FALLBACK" and answer.get("stale") is True:
        source = UNREAD
    return checked_levels(account.get("stopLossPct"), account.get("takeProfitPct"), cap_pct, source)


# ---- asking the gateway -------------------------------------------------------------------------------------------------------------------


class Trouble(Exception):
    """Why there is no answer, in one line without secrets."""


class _Slice(io.RawIOBase):
    """What a socket sends, until a deadline and up to a size: a drop now and then does not put the end off."""

    def __init__(self, sock: socket.socket, ends_at: float):
        super().__init__()
        self.sock, self.ends_at, self.left = sock, ends_at, MAX_ANSWER_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        remaining = self.ends_at - time.monotonic()
        if remaining <= 0:
            raise TimeoutError
        self.sock.settimeout(remaining)
        count = self.sock.recv_into(buffer)
        self.left -= count
        if self.left < 0:
            raise Trouble(f"its answer is longer than {MAX_ANSWER_BYTES} bytes")
        return count


class _Sliced:
    """Stands for a socket where http.client makes a file of it."""

    def __init__(self, sock: socket.socket, ends_at: float):
        self.slice = _Slice(sock, ends_at)

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(self.slice)


class Line:
    """A kept-alive connection to one gateway. Used by one thread."""

    def __init__(self, url: str, key: str | None, ca_file: str | None, deadline: float):
        parts = urlsplit(url)
        self.host, self.port, self.secure = parts.hostname or "", parts.port, parts.scheme == "https"
        self.path = f"{parts.path.rstrip('/').removesuffix('/graphql')}/graphql"
        self.name = f"{parts.scheme}://{parts.netloc}"
        self.headers = {"content-type": "application/json", "accept": "application/json"}
        if key is not None:
            self.headers["authorization"] = f"Bearer {key}"
        self.deadline = deadline
        self.context = _tls_context(ca_file) if self.secure else None
        self.connection: http.client.HTTPConnection | None = None

    def ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """`{data, errors}` of the operation. Raises Trouble; takes no longer than the deadline (but for the name's lookup)."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        ends_at = time.monotonic() + self.deadline
        try:
            reused = self.connection is not None
            try:
                status, text = self._exchange(body, ends_at)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
                self.close()
                if not reused:
                    raise
                status, text = self._exchange(body, ends_at)  # the kept connection had been closed meanwhile
            return _answer(status, text)
        except Trouble:
            self.close()
            raise
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise Trouble(f"TLS: its certificate is not accepted ({error.verify_message})") from None
        except ssl.SSLError as error:
            self.close()
            raise Trouble(f"TLS: {error.reason or 'failed'} (is it https there?)") from None
        except TimeoutError:
            self.close()
            raise Trouble(f"no answer within {self.deadline:g} s") from None
        except http.client.IncompleteRead:
            self.close()
            raise Trouble("its answer breaks off") from None
        except (http.client.HTTPException, ValueError) as error:
            self.close()
            raise Trouble(f"what it sends is no HTTP ({type(error).__name__})") from None
        except OSError as error:
            self.close()
            raise Trouble(f"no connection ({error.strerror or type(error).__name__})") from None

    def _exchange(self, body: bytes, ends_at: float) -> tuple[int, bytes]:
        remaining = max(0.001, ends_at - time.monotonic())
        if self.connection is None:
            if self.secure:
                self.connection = http.client.HTTPSConnection(
                    self.host, self.port, timeout=remaining, context=self.context
                )
            else:
                self.connection = http.client.HTTPConnection(self.host, self.port, timeout=remaining)
            self.connection.connect()
        connection = self.connection
        connection.sock.settimeout(max(0.001, ends_at - time.monotonic()))
        connection.response_class = lambda sock, **more: http.client.HTTPResponse(_Sliced(sock, ends_at), **more)
        connection.request("POST", self.path, body, self.headers)
        response = connection.getresponse()
        text = response.read()
        if response.will_close:
            self.close()
        return response.status, text

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError):
        raise ValueError(f"paramgate.ca_file: {ca_file} holds no certificate that can be read") from None


def _answer(status: int, text: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        answer = None
    errors = answer.get("errors") if isinstance(answer, dict) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    message = f": {first['message']:.200}" if isinstance(first.get("message"), str) else ""
    if status == 401:
        raise Trouble("it refuses the key (HTTP 401); paramgate.key must be one of its keys of role bot")
    if status == 403:
        raise Trouble(f"it refuses this caller (HTTP 403){message}")
    if status != 200:
        raise Trouble(f"HTTP {status}{message}")
    if not isinstance(answer, dict) or not isinstance(answer.get("data"), dict):
        raise Trouble(
            f"its answer is not GraphQL's{message}"
            if answer is not None
            else "its answer is not JSON; is it the gateway's address?"
        )
    return answer


def ask_levels(line: Line, keys: list[Key], cap_pct: float) -> dict[Key, Levels | str]:
    """The gateway's levels of each key, or why they are refused; one request for each 500 keys. Raises Trouble."""
    told: dict[Key, Levels | str] = {}
    for start in range(0, len(keys), BATCH):
        part = keys[start : start + BATCH]
        requests = [{"pair": p, "leverage": lev, "side": "SHORT" if short else "LONG"} for p, short, lev in part]
        answer = line.ask(QUERY, {"requests": requests})
        items = answer["data"].get("exitParamsBatch")
        if not isinstance(items, list) or len(items) != len(part):
            raise Trouble("its answer does not fit the question")
        why = _errors_by_index(answer.get("errors"))
        for index, key in enumerate(part):
            told[key] = (
                why[index]
                if items[index] is None and index in why
                else checked_answer(items[index], key, cap_pct)
            )
    return told


def _errors_by_index(errors: Any) -> dict[int, str]:
    found: dict[int, str] = {}
    for error in errors if isinstance(errors, list) else []:
        path = error.get("path") if isinstance(error, dict) else None
        if isinstance(path, list) and len(path) > 1 and isinstance(path[1], int):
            found[path[1]] = f"it refuses the question: {error.get('message')!s:.200}"
    return found


# ---- where levels come from ---------------------------------------------------------------------------------------------------------------


class StaticLevels:
    """The fallback of this side: the same for every pair."""

    def __init__(self, settings: Settings):
        self.position = parse_fallback(settings.fallback) or (-2.0, 1.0)
        self.cap_pct = settings.risk_cap_pct
        self.by_leverage: dict[float, Levels] = {}

    def of(self, key: Key) -> Levels:
        found = self.by_leverage.get(key[2])
        if found is None:
            found = self.by_leverage[key[2]] = account_levels(self.position, key[2], self.cap_pct, "STATIC")
        return found

    def __str__(self) -> str:
        return f"the static fallback {self.position[0]:g} / +{self.position[1]:g} %"


class PinnedLevels:
    """Levels of a file made by `paramgate export params`: the first row that fits a trade answers. Plain data, so that hyperopt can send it around."""

    def __init__(self, settings: Settings):
        self.static = StaticLevels(settings)
        self.cap_pct = settings.risk_cap_pct
        self.known: dict[Key, Levels] = {}
        self.rows: list[dict[str, Any]] = []
        if settings.params_file is None:
            logger.warning("paramgate: no paramgate.params_file is set: every trade gets %s", self.static)
            return
        self.rows, file_cap = read_pinned(settings.params_file)
        if file_cap is not None:
            self.cap_pct = max(self.cap_pct, file_cap)
        logger.info("paramgate: levels are pinned by %s (%d rows)", settings.params_file, len(self.rows))

    def of(self, key: Key) -> Levels:
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._first(key)
        return found

    def _first(self, key: Key) -> Levels:
        pair, is_short, leverage = key
        base, _, settle = pair.partition(":")
        names = (pair, base) if base.endswith(f"/{settle}") else (pair,)
        side = "SHORT" if is_short else "LONG"
        for row in self.rows:
            fits = row["pair"] is None or row["pair"] in names
            if fits and row["side"] in (None, side) and row["minLeverage"] <= leverage < row["maxLeverage"]:
                return account_levels((row["stopLossPct"], row["takeProfitPct"]), leverage, self.cap_pct, "PINNED")
        return self.static.of(key)

    def close(self) -> None:
        """There is nothing to close."""


def read_pinned(path: str) -> tuple[list[dict[str, Any]], float | None]:
    """The rows of a file of pinned levels, most special first, and its risk cap. Raises ValueError with one line that names the file and the row."""
    try:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not JSON"
        raise ValueError(f"paramgate: {path}: {why}") from None
    if not isinstance(document, dict) or document.get("format") != "paramgate-exit-params-1":
        raise ValueError(f"paramgate: {path}: this is no file of `paramgate export params`")
    rows = document.get("params")
    cap = document.get("riskCapPct")
    if not isinstance(rows, list) or not (cap is None or ratio_of(number_of(cap)) < 0):
        raise ValueError(f"paramgate: {path}: this is no file of `paramgate export params`")
    for index, row in enumerate(rows):
        whole = (
            isinstance(row, dict)
            and {"pair", "side", "minLeverage", "maxLeverage", "stopLossPct", "takeProfitPct"} <= row.keys()
        )
        if not whole or not (ratio_of(number_of(row["stopLossPct"])) < 0 < ratio_of(number_of(row["takeProfitPct"]))):
            raise ValueError(
                f"paramgate: {path}: params[{index}] needs a negative stopLossPct and a positive takeProfitPct, each at least 0.0001 away from 0"
            )
        if isinstance(row["side"], str):
            row["side"] = row["side"].upper()  # a file may be written by hand
        if row["side"] not in (None, "LONG", "SHORT"):
            raise ValueError(f"paramgate: {path}: params[{index}] needs LONG, SHORT or null as side")
        if not (row["pair"] is None or isinstance(row["pair"], str)):
            raise ValueError(f"paramgate: {path}: params[{index}] needs a text or null as pair")
        if math.isnan(number_of(row["minLeverage"])) or math.isnan(number_of(row["maxLeverage"])):
            raise ValueError(f"paramgate: {path}: params[{index}] needs numbers as minLeverage and maxLeverage")
    return rows, cap


class _Heard(NamedTuple):
    levels: Levels
    at: float
    """Monotonic seconds of the answer."""


class GatewayLevels:
    """Levels of the gateway in memory, renewed by one background thread; `of` never waits."""

    def __init__(self, settings: Settings, cache_file: str):
        self.settings = settings
        self.static = StaticLevels(settings)
        self.cache_file = cache_file
        self.line = Line(settings.url, settings.key, settings.ca_file, settings.deadline_seconds)
        self.wanted: dict[Key, float] = {}  # when a callback last asked
        self.since: dict[Key, float] = {}  # when one first did
        self.in_vain: set[Key] = set()  # asked for, without an answer
        self.awaited: set[Key] = set()  # of those without figures, new ones of a gateway that has not read its hub
        self.heard: dict[Key, _Heard] = {}
        self.told: dict[Key, str] = {}
        self.refused: dict[Key, str] = {}
        self.lost_because: set[str] = set()
        self.saved_at = -math.inf
        self.save_fails = False
        self.closed = False
        self.wake = threading.Event()
        self._read_cache()
        # The thread holds no reference that would keep a strategy alive which the bot has replaced.
        self.thread = threading.Thread(
            target=_refresh, args=(weakref.ref(self), self.wake), name="paramgate", daemon=True
        )
        self.thread.start()

    def of(self, key: Key) -> Levels | None:
        """The levels in force for a trade; None between its first question and the first answer, and while the gateway's figures are awaited."""
        now = time.monotonic()
        if key not in self.since:
            self.since[key] = now
            self.wanted[key] = now
            self.wake.set()
        else:
            self.wanted[key] = now
        found = self.heard.get(key)
        if found is not None and now - found.at <= self.settings.max_age_seconds:
            return found.levels
        if key in self.awaited and now - self.since[key] < self.settings.unread_seconds:
            return None
        if key in self.in_vain or now - self.since[key] > 2 * self.settings.deadline_seconds:
            return self.static.of(key)
        return None

    def close(self) -> None:
        """Ends the thread and keeps what is known. Takes no longer than a request may."""
        self.closed = True
        self.wake.set()
        self.thread.join(self.settings.deadline_seconds + 0.5)
        if self.heard:
            self._write_cache(time.monotonic())

    # -- of the thread --

    def refresh(self) -> bool:
        """One request for all open trades; whether it was answered (or there was nothing to ask)."""
        now = time.monotonic()
        for key in [key for key, asked in list(self.wanted.items()) if now - asked > FORGET_SECONDS]:
            for known in (self.wanted, self.since, self.told, self.refused):
                known.pop(key, None)
            self.in_vain.discard(key)
            self.awaited.discard(key)
        keys = list(self.wanted)
        if not keys:
            return True
        trouble = None
        answers: dict[Key, Levels | str] = {}
        try:
            answers = ask_levels(self.line, keys, self.settings.risk_cap_pct)
        except Trouble as error:
            trouble = str(error)
        at = time.monotonic()
        unread = any(isinstance(answer, Levels) and answer.source == UNREAD for answer in answers.values())
        changed = False
        for key, answer in answers.items():
            if isinstance(answer, Levels):
                before = self.heard.get(key)
                if answer.source == UNREAD and not self._takes_unread(key, before, at):
                    answers[key] = NO_FIGURES
                    continue
                changed = changed or before is None or before.levels != answer
                self.heard[key] = _Heard(answer, at)
        # Whoever waits goes on waiting while the gateway is away: it is about to start anew.
        self.awaited = {
            key
            for key in keys
            if key not in self.heard
            and at - self.since[key] < self.settings.unread_seconds
            and (key in self.awaited or (answers.get(key) == NO_FIGURES and key not in self.in_vain))
        }
        self.in_vain = {key for key in keys if not isinstance(answers.get(key), Levels)} - self.awaited
        self._tell(keys, answers, trouble or (NO_FIGURES if unread else None), at)
        if changed or (answers and at - self.saved_at > SAVE_SECONDS):
            self._write_cache(at)
        return trouble is None

    def _takes_unread(self, key: Key, before: _Heard | None, at: float) -> bool:
        """Whether a trade takes the fallback of a gateway that has not read its hub: never in the place of figures, and a new trade not at once.

        A stop is never loosened: one that is too tight for the figures that come a moment later would stay.
        """
        if before is not None:
            return before.levels.source in ("FALLBACK", UNREAD)
        return at - self.since[key] >= self.settings.unread_seconds

    def _tell(self, keys: list[Key], answers: dict[Key, Levels | str], trouble: str | None, now: float) -> None:
        if trouble is None and self.lost_because:
            logger.info("paramgate: %s answers again", self.line.name)
            self.lost_because = set()
        if trouble is not None and trouble not in self.lost_because:
            logger.warning("paramgate: %s: %s", self.line.name, trouble)
            self.lost_because.add(trouble)
        for key, answer in answers.items():
            if answer == NO_FIGURES:
                self.refused.pop(key, None)  # said once for all of them
            elif isinstance(answer, str) and self.refused.get(key) != answer:
                logger.warning("paramgate: the answer for %s is refused: %s", _name(key), answer)
                self.refused[key] = answer
            elif not isinstance(answer, str):
                self.refused.pop(key, None)
        moved: dict[str, list[Key]] = {}
        for key in keys:
            found = self.heard.get(key)
            fresh = isinstance(answers.get(key), Levels)
            good = found is not None and now - found.at <= self.settings.max_age_seconds
            unread = found is not None and found.levels.source == UNREAD
            if fresh:
                state = "unread" if unread else "gateway"
            else:
                state = "last good" if good else "awaited" if key in self.awaited else "fallback"
            before = self.told.get(key)
            self.told[key] = state
            if state != before and not (before is None and state == "gateway"):
                moved.setdefault(state, []).append(key)
        words = {
            "gateway": "the gateway's levels again",
            "last good": f"their last good levels, for at most {self.settings.max_age_seconds:g} s",
            "fallback": str(self.static),
            "awaited": f"their own stoploss and no target, for at most {self.settings.unread_seconds:g} s",
            "unread": "the gateway's fallback",
        }
        for state, those in moved.items():
            more = f" and {len(those) - 5} more" if len(those) > 5 else ""
            names = ", ".join(_name(key) for key in those[:5])
            log = logger.info if state == "gateway" else logger.warning
            log("paramgate: now with %s: %s%s", words[state], names, more)

    def _read_cache(self) -> None:
        if not os.path.exists(self.cache_file):
            return
        try:
            with open(self.cache_file, encoding="utf-8") as file:
                document = json.load(file)
            if document["url"] != self.settings.url:
                return
            now, wall = time.monotonic(), time.time()
            for pair, is_short, leverage, stop_pct, target_pct, source, at in document["levels"]:
                age = wall - at
                levels = checked_levels(stop_pct, target_pct, self.settings.risk_cap_pct, str(source))
                if isinstance(levels, Levels) and -60 <= age <= self.settings.max_age_seconds:
                    self.heard[(str(pair), bool(is_short), float(leverage))] = _Heard(levels, now - max(0.0, age))
        except (OSError, ValueError, TypeError, KeyError) as error:
            logger.warning("paramgate: %s cannot be used and is ignored (%s)", self.cache_file, type(error).__name__)

    def _write_cache(self, now: float) -> None:
        self.saved_at = now
        wall = time.time()
        for key, found in list(self.heard.items()):
            if now - found.at > self.settings.max_age_seconds and key not in self.wanted:
                del self.heard[key]
        rows = [
            [
                *key,
                round(found.levels.stop * 100, 4),
                round(found.levels.target * 100, 4),
                found.levels.source,
                round(wall - (now - found.at), 3),
            ]
            for key, found in self.heard.items()
            if found.levels.source != UNREAD
        ]
        beside = f"{self.cache_file}.{os.getpid()}.tmp"
        try:
            with open(beside, "w", encoding="utf-8") as file:
                json.dump({"url": self.settings.url, "levels": rows}, file)
            os.replace(beside, self.cache_file)
            self.save_fails = False
        except OSError as error:
            if not self.save_fails:
                logger.warning(
                    "paramgate: the last good levels cannot be kept in %s: %s", self.cache_file, error.strerror
                )
            self.save_fails = True


def _name(key: Key) -> str:
    return f"{key[0]} {'short' if key[1] else 'long'} {key[2]:g}x"


def _refresh(owner: weakref.ref, wake: threading.Event) -> None:
    """The background thread: asks on time, at once for a new trade, later and later while nobody answers; ends with its owner."""
    failures, due, tried = 0, 0.0, -math.inf
    while True:
        wake.wait(max(0.0, due - time.monotonic()) if due else 1.0)
        levels = owner()
        if levels is None or levels.closed:
            if levels is not None:
                levels.line.close()
            return
        now = time.monotonic()
        woken = wake.is_set()
        wake.clear()
        if woken and failures > 0:
            due = min(due, tried + RETRY_SECONDS[0])  # for a new trade it is tried again soon: the gateway may be back
        if now < due and (failures > 0 or not woken):
            del levels
            continue
        if woken:
            time.sleep(GATHER_SECONDS)
        try:
            answered = levels.refresh()
        except Exception:  # a fault of ours must not end the only thread that can notice the gateway's return
            logger.exception("paramgate: asking for levels failed")
            answered = False
        failures, tried = 0 if answered else failures + 1, time.monotonic()
        first, longest = RETRY_SECONDS
        pause = levels.settings.refresh_seconds if answered else min(longest, first * 2 ** min(failures - 1, 10))
        due = time.monotonic() + pause * random.uniform(0.8, 1.2)
        del levels


# ---- what a trade had ---------------------------------------------------------------------------------------------------------------------


class TargetNotes:
    """Keeps with freqtrade, as custom data of each trade, the target in force and where its levels came from; once for each change.

    A thread of its own writes, in database sessions of its own: neither the wait for a locked database nor a failed write reaches the bot's loop.
    The thread lives while there is something to write.
    """

    def __init__(self) -> None:
        self.noted: dict[int, Levels] = {}
        self.pending: dict[int, Levels] = {}
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None
        self.closed = threading.Event()
        self.retry_seconds = RETRY_SECONDS
        self.fails = False

    def note(self, trade: Any, levels: Levels) -> None:
        """`levels` are in force for `trade`. Never waits for the database."""
        trade_id = getattr(trade, "id", None)
        # Without an id it is not in the database yet; an older freqtrade has no custom data.
        if trade_id is None or self.noted.get(trade_id) == levels or not hasattr(trade, "set_custom_data"):
            return
        with self.lock:
            if len(self.noted) >= MOST_NOTED:
                self.noted.clear()
            self.noted[trade_id] = self.pending[trade_id] = levels
            if self.thread is None and not self.closed.is_set():
                self.thread = threading.Thread(target=self._write, name="paramgate-targets", daemon=True)
                self.thread.start()

    def close(self) -> None:
        """Writes what is still to be written, for a moment; what fails now is not tried again."""
        self.closed.set()
        if (thread := self.thread) is not None:
            thread.join(1.0)

    def _write(self) -> None:
        pause, longest = self.retry_seconds
        while (first := self._next()) is not None:
            trade_id, levels = first
            try:
                if not _keep_target(trade_id, levels):
                    self.noted.pop(trade_id, None)  # not in the database (yet): the next callback notes it again
                self.fails, pause = False, self.retry_seconds[0]
            except Exception as error:
                if not self.fails:
                    why = str(getattr(error, "orig", None) or error).partition("\n")[0]
                    logger.warning("paramgate: targets cannot be kept with freqtrade (%.200s); tried again", why)
                self.fails = True
                with self.lock:
                    self.pending.setdefault(trade_id, levels)
                if self.closed.wait(pause):
                    return
                pause = min(2 * pause, longest)

    def _next(self) -> tuple[int, Levels] | None:
        with self.lock:
            if not self.pending:
                self.thread = None
                return None
            trade_id = next(iter(self.pending))
            return trade_id, self.pending.pop(trade_id)


def _keep_target(trade_id: int, levels: Levels) -> bool:
    """Writes what is not written yet; False when the database holds no such trade. Raises whatever the database does."""
    from freqtrade.persistence import Trade
    from freqtrade.persistence.custom_data import _CustomData

    try:
        trade = Trade.session.get(Trade, trade_id)
        if trade is None:
            return False
        for name, value in ((TARGET_KEY, levels.target), (SOURCE_KEY, levels.source)):
            if trade.get_custom_data(name) != value:
                trade.set_custom_data(name, value)
        return True
    finally:
        # freqtrade's sessions are each thread's own: these are not the bot's.
        _CustomData.session.remove()
        Trade.session.remove()


# ---- the strategy's side ------------------------------------------------------------------------------------------------------------------


def _tighter(first: float | None, second: float | None) -> float | None:
    """Of two distances from the current price the smaller; what freqtrade would ignore (None, 0, not finite) is none."""
    found = [
        abs(value) for value in (first, second) if isinstance(value, (int, float)) and value and math.isfinite(value)
    ]
    return min(found) if found else None


def _lower(first: float | None, second: float | None) -> float | None:
    """Of two thresholds of profit the lower, where freqtrade leaves first."""
    found = [value for value in (first, second) if isinstance(value, (int, float)) and math.isfinite(value)]
    return min(found) if found else None


def _own_value(own: Any, strategy: Any, arguments: dict[str, Any]) -> Any:
    """What the strategy's own callback says; one that fails is told as freqtrade would, and does not take the gateway's levels along."""
    try:
        return own(strategy, **arguments)
    except Exception:
        logger.exception("paramgate: %s failed; the gateway's levels hold alone", getattr(own, "__qualname__", own))
        return None


def _composed_stoploss(own: Any) -> Any:
    hears_fills = "after_fill" in inspect.getfullargspec(own).args

    @functools.wraps(own)
    def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit, after_fill=False, **kwargs):
        arguments = {"pair": pair, "trade": trade, "current_time": current_time, "current_rate": current_rate}
        arguments |= {"current_profit": current_profit, **kwargs} | ({"after_fill": after_fill} if hears_fills else {})
        # freqtrade calls a callback without `after_fill` for no fill.
        mine = _own_value(own, self, arguments) if hears_fills or not after_fill else None
        return _tighter(mine, self._paramgate_stop(trade, current_rate, after_fill))

    return custom_stoploss


def _composed_roi(own: Any) -> Any:
    @functools.wraps(own)
    def custom_roi(self, pair, trade, current_time, trade_duration, entry_tag, side, **kwargs):
        arguments = {"pair": pair, "trade": trade, "current_time": current_time, "trade_duration": trade_duration}
        mine = _own_value(own, self, arguments | {"entry_tag": entry_tag, "side": side, **kwargs})
        return self._paramgate_roi(trade, mine)

    return custom_roi


def _composed_exit(own: Any) -> Any:
    @functools.wraps(own)
    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        arguments = {"pair": pair, "trade": trade, "current_time": current_time, "current_rate": current_rate}
        mine = _own_value(own, self, arguments | {"current_profit": current_profit, **kwargs})
        return mine or self._paramgate_exit(trade, current_profit)

    return custom_exit


def _composed_start(own: Any) -> Any:
    @functools.wraps(own)
    def bot_start(self, *args, **kwargs):
        own(self, *args, **kwargs)
        self._paramgate_start()

    return bot_start


def _composed_stake(own: Any) -> Any:
    @functools.wraps(own)
    def custom_stake_amount(self, *args, **kwargs):
        self._paramgate_ahead(kwargs)
        return own(self, *args, **kwargs)

    return custom_stake_amount


def _writes(kind: type, name: str) -> bool:
    """Whether the body of this class holds it: one that was lent to it from a mixin, to compose it, is the mixin's."""
    return name in kind.__dict__ and not getattr(kind.__dict__[name], "_paramgate_lent", False)


_COMPOSED = {
    "custom_stoploss": _composed_stoploss,
    "custom_roi": _composed_roi,
    "custom_exit": _composed_exit,
    "bot_start": _composed_start,
    "custom_stake_amount": _composed_stake,
}


# freqtrade's hyperopt sends its processes the modules of a strategy's base classes, from base to base until one has this name. Right under `object` it
# would go on to Python's own module, which nothing can send.
_Root = type("IStrategy", (), {"__module__": __name__})


class ParamgateExits(_Root):
    """Gives a strategy the gateway's stop and target: `class MyStrategy(ParamgateExits, IStrategy)`, this class first.

    The strategy's own callbacks go on, whether they call `super()` or not: of two stops the tighter holds, of two targets the nearer,
    its own exits count. `stoploss` is freqtrade's first and widest stop: keep it at least
    as wide as the risk cap.
    """

    use_custom_stoploss = True
    use_custom_roi = True
    stoploss = -0.07
    paramgate: dict[str, Any] = {}
    """Settings; the bot's configuration comes before them."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for base in cls.__mro__:
            if base is ParamgateExits:
                break
            if base.__name__ == "IStrategy":
                raise TypeError(
                    f"write `class {cls.__name__}(ParamgateExits, ...)`: behind IStrategy it is never asked"
                )
        for name, compose in _COMPOSED.items():
            base = next(base for base in cls.__mro__ if base is ParamgateExits or _writes(base, name))
            if base is ParamgateExits or not callable(own := base.__dict__[name]):
                continue
            if base is not cls and issubclass(base, ParamgateExits) and getattr(cls, name) is own:
                continue  # composed there; but for one lent from a mixin in front, which would hide it
            composed = compose(own)
            del composed.__wrapped__  # freqtrade looks at the arguments that it can pass
            composed._paramgate_lent = base is not cls
            setattr(cls, name, composed)

    # -- freqtrade's callbacks --

    def bot_start(self, **kwargs: Any) -> None:
        if (base := getattr(super(), "bot_start", None)) is not None:
            base(**kwargs)
        self._paramgate_start()

    def ft_bot_cleanup(self) -> None:
        if (source := self.__dict__.get("_paramgate_source")) is not None:
            source.close()
        if (notes := self.__dict__.get("_paramgate_notes")) is not None:
            notes.close()
        if (base := getattr(super(), "ft_bot_cleanup", None)) is not None:
            base()

    def custom_stake_amount(self, *args: Any, **kwargs: Any) -> float:
        self._paramgate_ahead(kwargs)
        return super().custom_stake_amount(*args, **kwargs)  # type: ignore[misc]

    def custom_stoploss(self, pair, trade, current_time, current_rate, current_profit, after_fill=False, **kwargs):
        base = getattr(super(), "custom_stoploss", None)
        if base is None or _is_default(base):
            return self._paramgate_stop(trade, current_rate, after_fill)
        arguments = {"pair": pair, "trade": trade, "current_time": current_time, "current_rate": current_rate}
        return _composed_stoploss(base.__func__)(
            self, **arguments, current_profit=current_profit, after_fill=after_fill, **kwargs
        )

    def custom_roi(self, pair, trade, current_time, trade_duration, entry_tag, side, **kwargs):
        base = getattr(super(), "custom_roi", None)
        if base is None or _is_default(base):
            return self._paramgate_roi(trade, None)
        arguments = {"pair": pair, "trade": trade, "current_time": current_time, "trade_duration": trade_duration}
        return _composed_roi(base.__func__)(self, **arguments, entry_tag=entry_tag, side=side, **kwargs)

    def custom_exit(self, pair, trade, current_time, current_rate, current_profit, **kwargs):
        base = getattr(super(), "custom_exit", None)
        if base is None or _is_default(base):
            return self._paramgate_exit(trade, current_profit)
        arguments = {"pair": pair, "trade": trade, "current_time": current_time, "current_rate": current_rate}
        return _composed_exit(base.__func__)(self, **arguments, current_profit=current_profit, **kwargs)

    # -- what they are made of --

    def _paramgate_start(self) -> Any:
        """Opens the source of levels, once, and asks for the trades that are open already."""
        if (source := self.__dict__.get("_paramgate_source")) is not None:
            return source
        config = getattr(self, "config", None) or {}
        settings = read_settings(config.get("paramgate"), self.paramgate)
        folder = str(config.get("user_data_dir") or ".")
        self._paramgate_warn(settings)
        if not _trades_for_real(config):
            usual = os.path.join(folder, PARAMS_FILE)
            if settings.params_file is None and os.path.exists(usual):
                settings = settings._replace(params_file=usual)
            self._paramgate_source = PinnedLevels(settings)
            return self._paramgate_source
        name = "".join(
            c if c.isalnum() else "-" for c in f"{config.get('bot_name') or 'freqtrade'}-{type(self).__name__}"
        )
        source = GatewayLevels(settings, settings.cache_file or os.path.join(folder, f"paramgate-{name}.json"))
        self._paramgate_source = source
        self._paramgate_notes = TargetNotes()
        for trade in _open_trades():
            source.of(_key_of(trade))
        return source

    def _paramgate_warn(self, settings: Settings) -> None:
        """Says what in the strategy or the configuration keeps levels from having their effect."""
        if not self.use_custom_stoploss:
            logger.warning("paramgate: use_custom_stoploss is off: the gateway's stops have no effect")
        if not self._paramgate_has_roi() and not getattr(self, "use_exit_signal", True):
            logger.warning(
                "paramgate: this freqtrade has no custom_roi and use_exit_signal is off: the gateway's targets have no effect"
            )
        if self._paramgate_has_roi() and not self.use_custom_roi:
            logger.warning("paramgate: use_custom_roi is off: the gateway's targets have no effect")
        if self.stoploss * 100 > settings.risk_cap_pct:
            logger.warning(
                "paramgate: stoploss %g is tighter than the risk cap %g %%: it cuts looser stops short",
                self.stoploss,
                settings.risk_cap_pct,
            )

    def _paramgate_has_roi(self) -> bool:
        return hasattr(super(), "custom_roi")

    def _paramgate_levels(self, trade: Any) -> Levels | None:
        source = self.__dict__.get("_paramgate_source") or self._paramgate_start()
        levels = source.of(_key_of(trade))
        if levels is not None and (notes := self.__dict__.get("_paramgate_notes")) is not None:
            notes.note(trade, levels)
        return levels

    def _paramgate_ahead(self, entry: dict[str, Any]) -> None:
        """A trade is about to open: its levels are asked for now, to be there when it is filled."""
        source, pair, side = self.__dict__.get("_paramgate_source"), entry.get("pair"), entry.get("side")
        leverage = number_of(entry.get("leverage"))
        if isinstance(source, GatewayLevels) and isinstance(pair, str) and side in ("long", "short") and leverage > 0:
            source.of((pair, side == "short", leverage))

    def _paramgate_stop(self, trade: Any, current_rate: float, after_fill: bool) -> float | None:
        """The stop as freqtrade wants it: its distance from the current price, times leverage. None: leave the stop as it is."""
        levels = self._paramgate_levels(trade)
        if levels is None:
            return None
        short, leverage = bool(trade.is_short), trade.leverage or 1.0
        stop = self._paramgate_stop_price(trade, levels.stop, short, leverage)
        distance = stoploss_from_absolute(stop, current_rate, is_short=short, leverage=leverage)
        if distance <= 0:
            # The price is beyond the stop already. freqtrade would ignore 0; only what the gateway knows ends a trade at once.
            return None if levels.source in ("STATIC", UNREAD) else AT_ONCE
        held = trade.stop_loss
        if held and not after_fill and (held <= stop * (1 + NOISE) if short else held >= stop * (1 - NOISE)):
            return (
                distance + 1e-9 * leverage
            )  # a breath looser: noise of doubles must not move a stop that is there, or tighter
        return _landing(distance, stop, trade, current_rate, short, leverage)

    def _paramgate_stop_price(self, trade: Any, stop: float, short: bool, leverage: float) -> float:
        """The price of a stop, at the exchange's step, to the digit that freqtrade makes of the same `stoploss`."""
        prices = self.__dict__.setdefault("_paramgate_prices", {})
        known = (trade.open_rate, stop, short, leverage, trade.pair)
        price = prices.get(known)
        if price is None:
            if len(prices) > 5_000:
                prices.clear()
            raw = float(trade.open_rate * (1 + abs(stop / leverage) if short else 1 - abs(stop / leverage)))
            price = prices[known] = _on_step(raw, trade, short)
        return price

    def _paramgate_roi(self, trade: Any, own: float | None) -> float | None:
        levels = self._paramgate_levels(trade)
        if levels is None:
            return own
        if isinstance(self.__dict__.get("_paramgate_source"), PinnedLevels):
            self._paramgate_pin_roi(levels.target)
        return _lower(own, levels.target)

    def _paramgate_pin_roi(self, target: float) -> None:
        """In backtests: the target as `minimal_roi` too, which freqtrade reads right after asking `custom_roi`.

        Backtesting takes a threshold of custom_roi for new in every candle and fills it at the candle's open when that lies beyond: better than
        the level. One of minimal_roi fills at the level.
        """
        if self.minimal_roi is not self.__dict__.get("_paramgate_table"):
            self._paramgate_base = dict(self.minimal_roi)
            self._paramgate_tables: dict[float, dict[int, float]] = {}
        table = self._paramgate_tables.get(target)
        if table is None:
            table = {0: target}
            last = target
            for minutes, value in sorted((int(minutes), value) for minutes, value in self._paramgate_base.items()):
                if (held := min(value, target)) != last:
                    table[minutes] = last = held
            self._paramgate_tables[target] = table
        self.minimal_roi = self._paramgate_table = table

    def _paramgate_exit(self, trade: Any, current_profit: float) -> str | None:
        """The target in a freqtrade without `custom_roi`."""
        if self._paramgate_has_roi():
            return None
        levels = self._paramgate_levels(trade)
        return "paramgate_target" if levels is not None and current_profit > levels.target else None


def _is_default(callback: Any) -> bool:
    """Whether it is freqtrade's own placeholder: the default custom_stoploss would trail `stoploss` behind the price."""
    return getattr(callback, "__qualname__", "").startswith("IStrategy.")


def _trades_for_real(config: dict[str, Any]) -> bool:
    mode = config.get("runmode")
    return getattr(mode, "value", mode) in ("live", "dry_run")


def _key_of(trade: Any) -> Key:
    return (trade.pair, bool(trade.is_short), float(trade.leverage or 1.0))


def _open_trades() -> list[Any]:
    """The bot's open trades at its start; none where there is no database (yet)."""
    try:
        from freqtrade.persistence import Trade

        return list(Trade.get_open_trades())
    except Exception as error:
        logger.debug("paramgate: open trades are not known at the start (%s)", type(error).__name__)
        return []


def _on_step(price: float, trade: Any, short: bool) -> float:
    """`price` at the exchange's step, rounded as freqtrade rounds stops: towards the entry."""
    precision, mode = getattr(trade, "price_precision", None), _precision_mode(trade)
    if price_to_precision is None or precision is None or mode is None:
        return price
    return price_to_precision(price, precision, mode, rounding_mode=ROUND_DOWN if short else ROUND_UP)


def _precision_mode(trade: Any) -> Any:
    """Of prices; an older freqtrade has one mode for all."""
    return getattr(trade, "precision_mode_price", None) or getattr(trade, "precision_mode", None)


def _landing(distance: float, stop: float, trade: Any, current_rate: float, short: bool, leverage: float) -> float:
    """`distance`, or a hair more, so that freqtrade's way back from it to a price ends at `stop` and not a step beyond."""
    for hair in (0.0, 1e-14, 1e-13, 1e-12, 1e-11, 1e-10):
        tried = distance + hair * leverage
        back = abs(tried / leverage)
        if _on_step(float(current_rate * (1 + back if short else 1 - back)), trade, short) == stop:
            return tried
    return distance
