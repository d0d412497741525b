"""Gateways that hang, lie, break off or drip: the bot's callbacks never wait, wrong levels are refused, each trouble is one line."""

from __future__ import annotations

import contextlib
import math
import shutil
import ssl
import subprocess
import threading
import time
import unittest

from support import PAIR, Case, Gateway, ask_roi, ask_stop, http, levels_for, service, stop_price, trade_of, until
from test_exits import opened, source_of

NAME = "BTC/USDT:USDT long 3x"


class Hanging(Case):
    def test_a_callback_returns_while_the_gateway_holds_its_request(self):
        held = threading.Event()
        self.addCleanup(held.set)

        def hold(body):
            held.wait(30)
            return levels_for(body)

        with Gateway(hold) as gateway:
            strategy, trade = opened(self, gateway.url, deadline_seconds=0.4), trade_of()
            self.assertIsNone(ask_stop(strategy, trade))
            self.assertIsNone(ask_roi(strategy, trade))
            until(lambda: gateway.bodies)
            # It is asked, and has not answered: the callbacks still return, at last with the fallback.
            until(lambda: source_of(strategy, trade) == "STATIC")
            self.assertFalse(held.is_set())
            until(lambda: self.said("no answer within 0.4 s"))

    def test_an_answer_that_drips_is_cut_off_at_the_deadline(self):
        def drip(body):
            for byte in levels_for(body):
                time.sleep(0.1)
                yield bytes([byte])

        with Gateway(drip) as gateway:
            strategy, trade = opened(self, gateway.url, deadline_seconds=0.4), trade_of()
            ask_stop(strategy, trade)
            until(lambda: self.said("no answer within 0.4 s"))
            self.assertEqual(source_of(strategy, trade), "STATIC")


class Lying(Case):
    def refused_as(self, answer, *words):
        """One question to a gateway with this answer: the fallback holds, and one line says why."""
        with Gateway(answer) as gateway:
            strategy, trade = opened(self, gateway.url), trade_of()
            ask_stop(strategy, trade)
            until(lambda: self.said("static fallback", NAME))
            until(lambda: len(gateway.bodies) > 1)
            self.assertEqual(source_of(strategy, trade), "STATIC")
            strategy.ft_bot_cleanup()
        self.assertEqual(len(self.said(*words)), 1, self.lines)
        self.lines.clear()

    def test_wrong_levels(self):
        for stop, target, words in (
            (4.44, 3.0, "is not negative"),
            (0, 3.0, "is not negative"),
            (math.nan, 3.0, "is not negative"),
            (-math.inf, 3.0, "is not negative"),
            (True, 3.0, "is not negative"),
            ("-4.44", 3.0, "is not negative"),
            (None, 3.0, "is not negative"),
            (-0.00001, 3.0, "is not negative"),
            (-4.44, 0, "is not positive"),
            (-4.44, -3.0, "is not positive"),
            (-4.44, math.nan, "is not positive"),
            (-7.0001, 3.0, "looser than the risk cap -7 %"),
            (-40, 3.0, "looser than the risk cap -7 %"),
        ):
            with self.subTest(stop=stop, target=target):
                self.refused_as(lambda body, s=stop, t=target: levels_for(body, s, t), NAME, words)

    def test_answers_for_another_trade(self):
        for more in ({"pair": "ETH/USDT:USDT"}, {"leverage": 2}, {"side": "SHORT"}, {"pair": None}):
            with self.subTest(**more):
                self.refused_as(lambda body, m=more: levels_for(body, **m), NAME, "for another trade")
        self.refused_as(lambda body: levels_for(body, account=None), NAME, "holds no levels")
        self.refused_as(lambda body: levels_for(body, source="GUESS"), NAME, "names no source")

    def test_answers_that_are_none(self):
        cases = (
            (http(b"<html>welcome</html>", kind="text/html"), "not JSON; is it the gateway's address?"),
            (http(b"<html>gone</html>", "502 Bad Gateway", "text/html"), "HTTP 502"),
            (http(b"", "302 Found"), "HTTP 302"),
            (http({"data": {"exitParamsBatch": []}}), "does not fit the question"),
            (http({"data": {"exitParamsBatch": [None] * 2}}), "does not fit the question"),
            (http({"data": {}}), "does not fit the question"),
            (http({"errors": [{"message": "no such field"}]}), "not GraphQL's: no such field"),
            (http([1, 2]), "not GraphQL's"),
            (http(b"[" * 100_000), "not JSON"),
            (
                http({"errors": [{"message": "as you like"}]}, "403 Forbidden"),
                "refuses this caller (HTTP 403): as you like",
            ),
            (b"SSH-2.0-OpenSSH\r\n\r\n", "no HTTP"),
            (http(b"x" * 5_000_000), "longer than 4000000 bytes"),
        )
        for answer, words in cases:
            with self.subTest(words):
                self.refused_as(lambda _, a=answer: a, words)

    def test_an_answer_that_breaks_off(self):
        cut = threading.Event()

        def breaking(body):
            yield levels_for(body)[:-20]
            cut.set()
            raise OSError

        with Gateway(breaking) as gateway:
            strategy, trade = opened(self, gateway.url, deadline_seconds=5.0), trade_of()
            ask_stop(strategy, trade)
            cut.wait(10)
            gateway.close()
            until(lambda: self.said("breaks off"))
            self.assertEqual(source_of(strategy, trade), "STATIC")

    def test_a_wrong_answer_does_not_take_the_last_good_one_away(self):
        stops = [-4.44]
        with Gateway(lambda body: levels_for(body, stops[-1])) as gateway:
            strategy, trade = opened(self, gateway.url), trade_of()
            until(lambda: source_of(strategy, trade) == "STATELESS")
            stops.append(4.44)
            until(lambda: self.said(NAME, "is not negative"))
            self.assertAlmostEqual(ask_stop(strategy, trade), 0.0444, 9)
            self.assertEqual(len(self.said("their last good levels", NAME)), 1)


class Stale(Case):
    """A gateway that has not read its hub, or cannot any more, says `stale` and FALLBACK."""

    def test_a_stale_fallback_does_not_replace_figures_and_an_expired_one_neither(self):
        now = [{"source": "OPTUNA"}]
        with Gateway(lambda body: levels_for(body, -4.44 if len(now) == 1 else -0.5, 3.0, **now[-1])) as gateway:
            strategy, trade = opened(self, gateway.url, max_age_seconds=1.5), trade_of()
            other = trade_of(pair="ETH/USDT:USDT")
            until(lambda: source_of(strategy, trade) == source_of(strategy, other) == "OPTUNA")
            now.append({"source": "FALLBACK", "stale": True})
            until(lambda: self.said("their last good levels", NAME))
            # The price is beyond the stop of the fallback: it must not end the trade.
            self.assertAlmostEqual(ask_stop(strategy, trade, rate=99.0) * 99 / 3, (99 - 98.52), 6)
            self.assertEqual(source_of(strategy, trade), "OPTUNA")
            until(lambda: self.said("static fallback", NAME))
            self.assertEqual(source_of(strategy, trade), "STATIC")
            asked = len(gateway.bodies)
            until(lambda: len(gateway.bodies) > asked + 3)
            self.assertEqual(source_of(strategy, trade), "STATIC")
            self.assertEqual(len(self.said("has not read its hub")), 1, self.lines)
            now.append({"source": "STATELESS", "stale": True})
            until(lambda: source_of(strategy, trade) == "STATELESS")
            self.assertEqual(len(self.said("answers again")), 1, self.lines)

    def test_a_fallback_that_is_not_stale_is_an_answer(self):
        now = [{"source": "OPTUNA"}]
        with Gateway(lambda body: levels_for(body, **now[-1])) as gateway:
            strategy, trade = opened(self, gateway.url), trade_of()
            until(lambda: source_of(strategy, trade) == "OPTUNA")
            now.append({"source": "FALLBACK", "stale": False})
            until(lambda: source_of(strategy, trade) == "FALLBACK")

    def test_a_new_trade_keeps_its_own_stoploss_until_the_hub_is_read(self):
        now = [{"stop_pct": -1.5, "source": "FALLBACK", "stale": True}]
        with Gateway(lambda body: levels_for(body, **now[-1])) as gateway:
            strategy, trade = opened(self, gateway.url, unread_seconds=3600), trade_of()
            asked = len(gateway.bodies)
            ask_stop(strategy, trade)
            until(lambda: len(gateway.bodies) > asked + 3)
            # Far longer than a first answer may take, and at a price beyond the stop of the fallback: nothing moves the stop, nothing is sold.
            strategy._paramgate_source.since[("BTC/USDT:USDT", False, 3.0)] -= 100
            self.assertIsNone(ask_stop(strategy, trade, rate=99.0))
            self.assertIsNone(ask_roi(strategy, trade))
            self.assertEqual(len(self.said("has not read its hub")), 1, self.lines)
            self.assertEqual(len(self.said("their own stoploss and no target, for at most 3600 s", NAME)), 1)
            now.append({"source": "OPTUNA"})
            until(lambda: source_of(strategy, trade) == "OPTUNA")
            self.assertAlmostEqual(ask_stop(strategy, trade), 0.0444, 9)

    def test_it_waits_on_while_that_gateway_is_away(self):
        now = [{"source": "FALLBACK", "stale": True}]
        with Gateway(lambda body: levels_for(body, **now[-1]) if now[-1] else None) as gateway:
            strategy, trade = opened(self, gateway.url, unread_seconds=3600), trade_of()
            ask_stop(strategy, trade)
            until(lambda: self.said("their own stoploss"))
            now.append({})
            until(lambda: self.said("no connection") or self.said("no HTTP"))
            asked = len(gateway.bodies)
            until(lambda: len(gateway.bodies) > asked)
            self.assertIsNone(ask_stop(strategy, trade))
            self.assertEqual(self.said("static fallback"), [])

    def test_after_a_while_it_takes_the_fallback_which_ends_no_trade_at_once(self):
        now = [-1.5]
        with Gateway(lambda body: levels_for(body, now[-1], source="FALLBACK", stale=True)) as gateway:
            strategy, trade = opened(self, gateway.url, unread_seconds=0.3), trade_of()
            until(lambda: source_of(strategy, trade) == "UNREAD")
            self.assertAlmostEqual(stop_price(ask_stop(strategy, trade), trade), 99.5, 6)
            self.assertIsNone(ask_stop(strategy, trade, rate=99.4))
            self.assertEqual(ask_roi(strategy, trade), 0.03)
            now.append(-3.0)
            until(lambda: strategy._paramgate_levels(trade).stop == -0.03)
            self.assertEqual(len(self.said("has not read its hub")), 1, self.lines)
            self.assertEqual(self.said("answers again"), [])
            strategy.ft_bot_cleanup()
            # It is no figure that a restart could go on with.
            again = opened(self, gateway.url, unread_seconds=3600)
            asked = len(gateway.bodies)
            ask_stop(again, trade)
            until(lambda: len(gateway.bodies) > asked + 1)
            self.assertIsNone(ask_stop(again, trade))

    def test_the_static_fallback_in_force_is_not_taken_away(self):
        now = [None]
        with Gateway(lambda body: levels_for(body, **now[-1]) if now[-1] else None) as gateway:
            strategy, trade = opened(self, gateway.url, unread_seconds=3600), trade_of()
            until(lambda: source_of(strategy, trade) == "STATIC")
            now.append({"source": "FALLBACK", "stale": True})
            until(lambda: self.said("has not read its hub"))
            asked = len(gateway.bodies)
            until(lambda: len(gateway.bodies) > asked + 1)
            self.assertEqual(source_of(strategy, trade), "STATIC")

    def test_figures_of_before_a_restart_are_not_replaced_by_it(self):
        now = [{"source": "OPTUNA"}]
        with Gateway(lambda body: levels_for(body, **now[-1])) as gateway:
            first, trade = opened(self, gateway.url), trade_of()
            until(lambda: source_of(first, trade) == "OPTUNA")
            first.ft_bot_cleanup()
            now.append({"source": "FALLBACK", "stale": True})
            again = opened(self, gateway.url)
            ask_stop(again, trade)
            until(lambda: self.said("has not read its hub"))
            self.assertEqual(source_of(again, trade), "OPTUNA")


class Asking(Case):
    def test_a_new_trade_is_asked_for_though_the_next_try_is_far_away(self):
        here = [False]
        with Gateway(lambda body: levels_for(body) if here[-1] else None) as gateway:
            strategy, trade = opened(self, gateway.url), trade_of()
            until(lambda: source_of(strategy, trade) == "STATIC")
            until(lambda: len(gateway.bodies) >= 4)  # pauses have grown to many seconds
            here.append(True)
            other = trade_of(pair="ETH/USDT:USDT")
            asked = time.monotonic()
            until(lambda: source_of(strategy, other) == "STATELESS" or time.monotonic() - asked > 4)
            self.assertEqual(source_of(strategy, other), "STATELESS")

    def test_three_hundred_trades_are_one_request_on_one_kept_connection(self):
        with Gateway(levels_for) as gateway:
            strategy = opened(self, gateway.url, key="a-key-of-role-bot-1")
            trades = [trade_of(pair=f"C{number}/USDT:USDT", short=number % 2 == 1) for number in range(300)]
            for trade in trades + trades:
                ask_stop(strategy, trade)
            until(lambda: len(gateway.bodies) >= 4)
            self.assertTrue(all(source_of(strategy, trade) == "STATELESS" for trade in trades))
            self.assertTrue(all(len(body["variables"]["requests"]) == 300 for body in gateway.bodies))
            self.assertEqual(gateway.connections, 1)
            self.assertIn("authorization: bearer a-key-of-role-bot-1", gateway.heads[0].lower())

    def test_beyond_what_a_call_takes_there_are_two(self):
        with Gateway(levels_for) as gateway:
            strategy = opened(self, gateway.url, refresh_seconds=60)
            for number in range(501):
                ask_stop(strategy, trade_of(pair=f"C{number}/USDT:USDT"))
            until(lambda: sum(len(body["variables"]["requests"]) for body in gateway.bodies) >= 501)
            self.assertTrue(all(len(body["variables"]["requests"]) <= 500 for body in gateway.bodies))

    def test_a_connection_closed_while_idle_is_no_trouble(self):
        with Gateway(levels_for) as gateway:
            strategy, trade = opened(self, gateway.url), trade_of()
            until(lambda: source_of(strategy, trade) == "STATELESS")
            for _ in range(5):
                asked = len(gateway.bodies)
                for connection in list(gateway.open):
                    with contextlib.suppress(OSError):
                        connection.shutdown(2)
                until(lambda asked=asked: len(gateway.bodies) > asked)
            self.assertEqual(self.said("no connection"), [])

    def test_nothing_is_asked_without_open_trades(self):
        with Gateway(levels_for) as gateway:
            opened(self, gateway.url, refresh_seconds=0.05)
            until(lambda: threading.Event().wait(0.5) is False)
            self.assertEqual(gateway.bodies, [])

    def test_a_trade_is_asked_for_before_it_opens(self):
        with Gateway(levels_for) as gateway:
            strategy = opened(self, gateway.url)
            told = {"pair": PAIR, "current_time": None, "current_rate": 1.0, "proposed_stake": 7.0, "min_stake": None}
            entry = {**told, "max_stake": 9.0, "leverage": 5.0, "entry_tag": None, "side": "short"}
            self.assertEqual(strategy.custom_stake_amount(**entry), 7.0)
            until(lambda: gateway.bodies)
            asked = gateway.bodies[0]["variables"]["requests"]
            self.assertEqual(asked, [{"pair": PAIR, "leverage": 5.0, "side": "SHORT"}])


@unittest.skipUnless(shutil.which("openssl"), "no openssl to make certificates with")
class Secure(Case):
    def setUp(self):
        super().setUp()
        self.cert, self.key = self.folder / "cert.pem", self.folder / "key.pem"
        words = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
        command = ["openssl", *words.split(), "-keyout", str(self.key), "-out", str(self.cert)]
        subprocess.run(command, check=True, capture_output=True)

    def test_a_certificate_that_is_known_one_that_is_not_and_plain_http_there(self):
        env = {"PARAMGATE_TLS_CERT": str(self.cert), "PARAMGATE_TLS_KEY": str(self.key)}
        with service(self.folder, env=env) as running:
            trade, url = trade_of(), f"https://localhost:{running.port}"
            unknown = opened(self, url)
            ask_stop(unknown, trade)
            until(lambda: self.said("TLS: its certificate is not accepted"))
            unknown.ft_bot_cleanup()
            self.assertEqual(len(self.said("TLS")), 1)
            known = opened(self, url, ca_file=str(self.cert))
            until(lambda: source_of(known, trade) == "FALLBACK")
            known.ft_bot_cleanup()
            other = opened(self, f"https://127.0.0.1:{running.port}", ca_file=str(self.cert))
            ask_stop(other, trade)
            until(lambda: self.said("IP address mismatch"))
        with Gateway(levels_for) as plain:
            wrong = opened(self, plain.url.replace("http", "https"), ca_file=str(self.cert))
            ask_stop(wrong, trade)
            until(
                lambda: (
                    self.said(plain.url.replace("http", "https"), "TLS") or self.said(plain.url[7:], "no answer within")
                )
            )

    def test_a_wrapped_gateway_speaks(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert, self.key)
        with Gateway(levels_for, lambda sock: context.wrap_socket(sock, server_side=True)) as gateway:
            url = gateway.url.replace("http://127.0.0.1", "https://localhost")
            strategy, trade = opened(self, url, ca_file=str(self.cert)), trade_of()
            until(lambda: source_of(strategy, trade) == "STATELESS")


if __name__ == "__main__":
    unittest.main()
