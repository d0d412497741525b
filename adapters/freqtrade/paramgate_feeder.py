"""Opinions for a Paramgate gateway from a freqtrade strategy: `submit_signal(pair, side, confidence, strategy=self)`.

One file, Python 3.10 or newer, standard library only: lay it beside the strategy, or install the package.

What it keeps to:
- `submit_signal` puts the signal into a bounded queue and returns; one background thread sends. A strategy never waits for the gateway.
- Each signal has an idempotency key: sent again after a lost answer it counts once. It is tried until the gateway answers or its time is over.
- The last state of each signal can be asked for; the end of the bot waits a moment for what is still queued.
- Outside of live and dry runs nothing is sent.
"""

from __future__ import annotations

import atexit
import collections
import http.client
import io
import json
import logging
import math
import random
import socket
import ssl
import threading
import time
import uuid
from datetime import datetime, timezone
from typing import Any, NamedTuple
from urllib.parse import urlsplit

__all__ = ["Feeder", "State", "submit_signal"]
__version__ = "0.1.0"

logger = logging.getLogger(__name__)

KEPT_STATES = 1_000
RETRY_SECONDS = (0.5, 5.0)  # the first and the longest pause between tries
MAX_ANSWER_BYTES = 1_000_000
# Errors of the gateway that another try may not meet again.
PASSING = ("JOURNAL_UNAVAILABLE", "INTERNAL_SERVER_ERROR", "LIMIT_EXCEEDED")

MUTATION = """mutation SubmitSignal($input: SubmitSignalInput!) {
  submitSignal(input: $input) { signal { id source confidence } windowClosesAt duplicate }
}"""


class State(NamedTuple):
    """What became of a signal so far."""

    state: str
    """QUEUED; ACCEPTED (durable in the gateway's journal) or DUPLICATE (it was before); REFUSED (the gateway, or bad input); EXPIRED (not
    answered in time); DROPPED (newer ones pushed it out of the queue, or the bot ended); OFF (not a live or dry run)."""
    idempotency_key: str
    detail: str | None = None
    signal_id: str | None = None
    window_closes_at: str | None = None


class _Signal(NamedTuple):
    input: dict[str, Any]
    expires_at: float


class Settings(NamedTuple):
    """What can be set: in the bot's configuration under `paramgate_feeder`, or as arguments of `Feeder`."""

    url: str = "http://127.0.0.1:4000"
    """Of the gateway, without a path."""
    key: str | None = None
    """A key of role `feeder`."""
    source: str | None = None
    """Who speaks, e.g. 75a; without it the gateway takes it from the tag or from the key."""
    ca_file: str | None = None
    """PEM of the authority behind an https gateway."""
    deadline_seconds: float = 5.0
    """How long one try may take in all."""
    ttl_seconds: float = 55.0
    """How long a signal is tried: the gateway refuses what is older than its window."""
    queue_size: int = 1_000
    """Beyond it the oldest waiting signal goes."""


def read_settings(told: dict[str, Any]) -> Settings:
    """The settings `told`. Raises ValueError with every mistake, a line each; keys are never repeated."""
    values = {name: value for name, value in told.items() if value is not None}
    for name in ("key", "source"):
        if isinstance(values.get(name), int):
            values[name] = str(values[name])  # freqtrade makes a number of digits in the environment
    mistakes = [f"paramgate_feeder.{name}: there is no such setting" for name in values if name not in Settings._fields]
    for name, least, most in (
        ("deadline_seconds", 0.05, 60),
        ("ttl_seconds", 0.05, 3600),
        ("queue_size", 1, 1_000_000),
    ):
        value = values.get(name, least)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            mistakes.append(f"paramgate_feeder.{name}: allowed is a number from {least:g} to {most:g}")
    for name in ("url", "key", "source", "ca_file"):
        if not isinstance(values.get(name, ""), str):
            mistakes.append(f"paramgate_feeder.{name}: allowed is a text")
    key, url = values.get("key", ""), values.get("url", Settings().url)
    if isinstance(key, str) and not all(33 <= ord(letter) < 127 for letter in key):
        mistakes.append("paramgate_feeder.key: a key has printable ASCII characters without spaces only")
    if isinstance(url, str) and not _is_address(url):
        mistakes.append(
            "paramgate_feeder.url: allowed is an address without user, query or fragment, e.g. http://127.0.0.1:4000"
        )
    if mistakes:
        raise ValueError("\n".join(mistakes))
    return Settings(**values)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = (
        url.isascii()
        and not any(c.isspace() for c in url)
        and parts.username is None
        and not parts.query
        and not parts.fragment
    )
    return plain and parts.scheme in ("http", "https") and bool(host)


class _Trouble(Exception):
    """Why a try had no answer, in one line without secrets."""


class _Refusal(Exception):
    """The gateway's final no, in its words."""


class Feeder:
    """Sends one strategy's signals to one gateway. Open it once; it is safe to use from several threads."""

    def __init__(self, **settings: Any):
        """Takes the fields of `Settings`. Raises ValueError with every mistake, a line each."""
        self.settings = read_settings(settings)
        self._line = _Line(self.settings)
        self._queue: collections.deque[_Signal] = collections.deque()
        self._states: collections.OrderedDict[str, State] = collections.OrderedDict()
        self._latest: dict[tuple[str, str], str] = {}
        self._changed = threading.Condition()
        self._sending: str | None = None
        self._closed = False
        self._troubles: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="paramgate-feeder", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def submit_signal(
        self,
        pair: str,
        side: str,
        confidence: float | None = None,
        *,
        leverage: float | None = None,
        enter_tag: str | None = None,
        profit_pct: float | None = None,
        safety_pct: float | None = None,
        source: str | None = None,
        sent_at: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> State:
        """Queues one opinion and returns at once: QUEUED, or REFUSED with the reason for what the gateway could only refuse.

        `side` is long or short; without `confidence` the tag must name it (`conf=0.89`). `sent_at` is now unless told; one without a zone is UTC.
        The same `idempotency_key` counts once: asked again here, it answers with the state of the first.
        """
        try:
            return self._submit(
                pair,
                side,
                sent_at,
                idempotency_key,
                confidence=confidence,
                leverage=leverage,
                enterTag=enter_tag,
                profitPct=profit_pct,
                safetyPct=safety_pct,
                source=source or self.settings.source,
            )
        except Exception as error:  # a strategy's callback must not end by what it tells
            why = f"what is told of it cannot be read ({type(error).__name__})"
            key = idempotency_key if isinstance(idempotency_key, str) and idempotency_key else uuid.uuid4().hex
            logger.warning("paramgate: a signal%s is refused: %s", f" for {pair:.40}" if type(pair) is str else "", why)
            return self._note(State("REFUSED", key, why))

    def _submit(self, pair: Any, side: Any, sent_at: Any, idempotency_key: Any, **more: Any) -> State:
        """May raise, by what is told."""
        known = self.state(idempotency_key) if idempotency_key else None
        if known is not None and known.state not in ("EXPIRED", "DROPPED"):
            return known
        key = idempotency_key or uuid.uuid4().hex
        at = _moment(sent_at)
        if at is None:
            why = f"sent_at {sent_at!r:.40} is not a datetime"
            logger.warning("paramgate: a signal for %.40r is refused: %s", pair, why)
            return self._note(State("REFUSED", key, why))
        told = {
            "pair": pair,
            "side": str(side).upper(),
            **more,
            "sentAt": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "idempotencyKey": key,
        }
        told = {name: _plain(value) for name, value in told.items() if value is not None}
        if why := _mistake(told):
            logger.warning("paramgate: a signal for %.40r is refused: %s", pair, why)
            return self._note(State("REFUSED", key, why))
        signal = _Signal(told, time.monotonic() + self.settings.ttl_seconds)
        with self._changed:
            if self._closed:
                return self._note(State("DROPPED", key, "the feeder is closed"))
            self._latest[(pair, told["side"])] = key
            state = self._note(State("QUEUED", key))
            self._queue.append(signal)
            if len(self._queue) > self.settings.queue_size:
                oldest = self._queue.popleft()
                self._note(State("DROPPED", oldest.input["idempotencyKey"], "newer signals pushed it out of the queue"))
                self._once("the queue is full: the oldest signals go")
            self._changed.notify_all()
        return state

    def state(self, idempotency_key: str) -> State | None:
        """The last state of a signal; None for one that is not among the last thousand."""
        return self._states.get(idempotency_key)

    def last_state(self, pair: str, side: str) -> State | None:
        """The last state of the newest signal of a pair and side; None without one."""
        return self.state(self._latest.get((pair, side.upper()), ""))

    def flush(self, timeout: float = 5.0) -> bool:
        """Waits until nothing is queued, at most `timeout` seconds; whether it is so. Not for a callback."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._queue and self._sending is None, timeout)

    def close(self, timeout: float = 5.0) -> None:
        """Flushes, then drops what is left. The end of the process does so too."""
        if self._closed:
            return
        self.flush(timeout)
        with self._changed:
            self._closed = True
            left = [*self._queue]
            self._queue.clear()
            for signal in left:
                self._note(State("DROPPED", signal.input["idempotencyKey"], "the bot ended before it was answered"))
            self._changed.notify_all()
        if left:
            logger.warning("paramgate: %d signals were not answered before the end", len(left))
        atexit.unregister(self.close)

    # -- of the thread --

    def _run(self) -> None:
        failures = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._queue or self._closed)
                if self._closed:
                    self._line.close()
                    return
                signal = self._queue.popleft()
                key = self._sending = signal.input["idempotencyKey"]
            over = State("EXPIRED", key, f"not answered within {self.settings.ttl_seconds:g} s")
            state = self._try(signal, key) if time.monotonic() < signal.expires_at else over
            with self._changed:
                self._sending = None
                if state is None and time.monotonic() < signal.expires_at and not self._closed:
                    failures += 1
                    self._queue.appendleft(signal)
                else:
                    failures = 0 if state is not None and state is not over else failures
                    self._note(state or over)
                self._changed.notify_all()
            if state is None:
                first, longest = RETRY_SECONDS
                time.sleep(min(longest, first * 2 ** min(failures, 8)) * random.uniform(0.5, 1.0))

    def _try(self, signal: _Signal, key: str) -> State | None:
        """The end of a signal; None when it is worth another try."""
        try:
            answer = self._line.ask(MUTATION, {"input": signal.input})
        except _Refusal as refusal:
            self._once(str(refusal))
            return State("REFUSED", key, str(refusal))
        except _Trouble as trouble:
            self._once(str(trouble))
            return None
        except Exception:  # a fault of ours must not end the only thread
            logger.exception("paramgate: sending a signal failed")
            return State("REFUSED", key, "a fault of the feeder; see the log")
        if self._troubles:
            logger.info("paramgate: %s takes signals again", self._line.name)
            self._troubles.clear()
        signal_of = answer.get("signal")
        identity = signal_of.get("id") if isinstance(signal_of, dict) else None
        state = "DUPLICATE" if answer.get("duplicate") is True else "ACCEPTED"
        return State(state, key, None, identity, answer.get("windowClosesAt"))

    def _note(self, state: State) -> State:
        with self._changed:
            self._states[state.idempotency_key] = state
            self._states.move_to_end(state.idempotency_key)
            while len(self._states) > KEPT_STATES:
                self._states.popitem(last=False)
        return state

    def _once(self, why: str) -> None:
        """Says each trouble once until signals are taken again."""
        if why not in self._troubles and len(self._troubles) < 20:
            self._troubles.add(why)
            logger.warning("paramgate: %s: %s", self._line.name, why)


def _plain(value: Any) -> Any:
    """numpy's numbers as Python's: a model's confidence rarely is a float."""
    return value.item() if hasattr(value, "item") and not isinstance(value, (str, int, float)) else value


def _moment(told: Any) -> datetime | None:
    """`told` in UTC, now for None; None for what is no time. numpy's has no zone, and of nanoseconds its `item()` is a number: its text is read."""
    try:
        if told is None:
            return datetime.now(timezone.utc)
        at = datetime.fromisoformat(str(told)[:26]) if type(told).__name__ == "datetime64" else told
        if not isinstance(at, datetime) or at != at:  # pandas' NaT is a datetime and not equal to itself
            return None
        return at.replace(tzinfo=timezone.utc) if at.tzinfo is None else at.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return None


def _mistake(told: dict[str, Any]) -> str | None:
    """What the gateway could only refuse; its own rules are the full ones."""
    if not isinstance(told.get("pair"), str) or not told["pair"]:
        return "the pair is no text"
    if told["side"] not in ("LONG", "SHORT"):
        return f"side {told['side']!r:.20} is not long or short"
    for name in ("confidence", "leverage", "profitPct", "safetyPct"):
        value = told.get(name, 0.0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            return f"{name} {value!r:.20} is not a number"
    if not 0 <= told.get("confidence", 0.0) <= 1:
        return f"confidence {told['confidence']!r:.20} is not within 0..1"
    return None


class _Slice(io.RawIOBase):
    """What a socket sends, until a deadline and up to a size."""

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
            raise _Trouble(f"its answer is longer than {MAX_ANSWER_BYTES} bytes")
        return count


class _Sliced:
    """Stands for a socket where http.client makes a file of it."""

    def __init__(self, sock: socket.socket, ends_at: float):
        self.slice = _Slice(sock, ends_at)

    def makefile(self, *_: Any) -> io.BufferedReader:
        return io.BufferedReader(self.slice)


class _Line:
    """A kept-alive connection to one gateway. Used by one thread."""

    def __init__(self, settings: Settings):
        parts = urlsplit(settings.url)
        self.host, self.port, self.secure = parts.hostname or "", parts.port, parts.scheme == "https"
        self.path = f"{parts.path.rstrip('/').removesuffix('/graphql')}/graphql"
        self.name = f"{parts.scheme}://{parts.netloc}"
        self.headers = {"content-type": "application/json", "accept": "application/json"}
        if settings.key is not None:
            self.headers["authorization"] = f"Bearer {settings.key}"
        self.deadline = settings.deadline_seconds
        try:
            self.context = ssl.create_default_context(cafile=settings.ca_file) if self.secure else None
        except (OSError, ssl.SSLError):
            raise ValueError(
                f"paramgate_feeder.ca_file: {settings.ca_file} holds no certificate that can be read"
            ) from None
        self.connection: http.client.HTTPConnection | None = None

    def ask(self, query: str, variables: dict[str, Any]) -> dict[str, Any]:
        """The payload. Raises _Refusal for a final no and _Trouble for what may pass."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        ends_at = time.monotonic() + self.deadline
        reused = self.connection is not None
        try:
            try:
                return _payload(*self._exchange(body, ends_at))
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError):
                self.close()
                if not reused:
                    raise
                return _payload(*self._exchange(body, ends_at))  # the kept connection had been closed meanwhile
        except _Refusal:
            raise
        except BaseException as error:
            self.close()
            raise (
                error if isinstance(error, _Trouble) or not isinstance(error, Exception) else _Trouble(self._why(error))
            ) from None

    def _why(self, error: Exception) -> str:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"TLS: its certificate is not accepted ({error.verify_message})"
        if isinstance(error, ssl.SSLError):
            return f"TLS: {error.reason or 'failed'} (is it https there?)"
        if isinstance(error, TimeoutError):
            return f"no answer within {self.deadline:g} s"
        if isinstance(error, http.client.IncompleteRead):
            return "its answer breaks off"
        if isinstance(error, OSError) and not isinstance(error, http.client.HTTPException):
            return f"no connection ({error.strerror or type(error).__name__})"
        return f"what it sends is no HTTP ({type(error).__name__})"

    def _exchange(self, body: bytes, ends_at: float) -> tuple[int, bytes]:
        if self.connection is None:
            remaining = max(0.001, ends_at - time.monotonic())
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


def _payload(status: int, text: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise _Trouble(f"its answer is not JSON (HTTP {status}); is it the gateway's address?") from None
    errors = answer.get("errors") if isinstance(answer, dict) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else None
    message = f"{first.get('message')!s:.300}" if first else f"HTTP {status}"
    extensions = first.get("extensions") if first else None
    code = extensions.get("code") if isinstance(extensions, dict) else None
    if status == 401:
        raise _Refusal("it refuses the key (HTTP 401); paramgate_feeder.key must be one of its keys of role feeder")
    if code is not None and code not in PASSING:
        raise _Refusal(message)
    data = answer.get("data") if isinstance(answer, dict) else None
    payload = data.get("submitSignal") if isinstance(data, dict) else None
    if status != 200 or first is not None or not isinstance(payload, dict):
        raise _Trouble(message if first or status != 200 else "its answer is not GraphQL's")
    return payload


# ---- one call in a strategy ---------------------------------------------------------------------------------------------------------------

_feeders: dict[Settings, Feeder] = {}
_mistakes: set[str] = set()  # in settings, said once each


def submit_signal(pair: str, side: str, confidence: float | None = None, *, strategy: Any = None, **more: Any) -> State:
    """`Feeder.submit_signal` with a feeder that is opened at the first call and shared by calls with the same settings.

    `strategy` (self) brings the bot's configuration: its section `paramgate_feeder`, and whether this is a live or dry run - otherwise nothing is sent.
    """
    try:
        return _submitted(pair, side, confidence, strategy, more)
    except Exception as error:  # a strategy's callback must not end by it
        why = (
            "; ".join(str(error).splitlines()) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        )
        why = f"{why:.500}"
        if why not in _mistakes and len(_mistakes) < 20:
            _mistakes.add(why)
            logger.error("paramgate: signals are refused: %s", why)
        key = more.get("idempotency_key")
        return State("REFUSED", key if isinstance(key, str) else "", why)


def _submitted(pair: Any, side: Any, confidence: Any, strategy: Any, more: dict[str, Any]) -> State:
    config = (getattr(strategy, "config", None) or {}) if strategy is not None else {"runmode": "live"}
    mode = config.get("runmode")
    if getattr(mode, "value", mode) not in ("live", "dry_run"):
        return State("OFF", str(more.get("idempotency_key") or ""), "not a live or dry run")
    section = dict(config.get("paramgate_feeder") or {})
    settings = read_settings(section)
    feeder = _feeders.get(settings)
    if feeder is None:
        feeder = _feeders[settings] = Feeder(**settings._asdict())
    return feeder.submit_signal(pair, side, confidence, **more)
