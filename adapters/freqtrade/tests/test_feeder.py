"""The feeder beside the real service: accepted once whatever happens on the way, refused in one line, bounded, and never in anyone's way."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import threading
import unittest
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

from support import ADAPTER, PAIR, Case, Gateway, http, service, until

import paramgate_feeder
from paramgate_feeder import Feeder, submit_signal


def accepted(_body):
    payload = {
        "signal": {"id": "s1", "source": "75a", "confidence": 0.9},
        "windowClosesAt": "2026-01-01T00:01:00.000Z",
        "duplicate": False,
    }
    return http({"data": {"submitSignal": payload}})


class FeederCase(Case):
    def feeder(self, url, **settings):
        feeder = Feeder(url=url, **settings)
        self.addCleanup(feeder.close, 0.1)
        return feeder


class RealService(FeederCase):
    def test_a_signal_is_accepted_and_its_repetition_is_known(self):
        with service(self.folder) as running:
            feeder = self.feeder(running.url, source="75a")
            first = feeder.submit_signal(
                PAIR, "long", 0.89, leverage=3, idempotency_key="k1", sent_at=datetime.now(timezone.utc)
            )
            self.assertEqual(first.state, "QUEUED")
            self.assertTrue(feeder.flush(20))
            end = feeder.last_state(PAIR, "long")
            self.assertEqual((end.state, end.idempotency_key), ("ACCEPTED", "k1"))
            told = running.ask(
                "query($id: ID!) { signal(id: $id) { pair side source confidence leverage } }", {"id": end.signal_id}
            )
            expected = {"pair": PAIR, "side": "LONG", "source": "75a", "confidence": 0.89, "leverage": 3}
            self.assertEqual(told["signal"], expected)

    def test_sent_again_after_a_lost_answer_it_counts_once(self):
        with service(self.folder) as running:
            at = datetime.now(timezone.utc)
            ends = []
            for _ in range(2):
                feeder = self.feeder(running.url)
                feeder.submit_signal(PAIR, "short", 0.8, source="75b", idempotency_key="once", sent_at=at)
                self.assertTrue(feeder.flush(20))
                ends.append(feeder.state("once"))
            self.assertEqual([end.state for end in ends], ["ACCEPTED", "DUPLICATE"])
            self.assertEqual(ends[0].signal_id, ends[1].signal_id)

    def test_a_gateway_that_is_away_for_a_while_gets_it_all_the_same(self):
        with service(self.folder) as running:
            running.kill()
        feeder = self.feeder(running.url)
        feeder.submit_signal(PAIR, "long", 0.9, source="75a", idempotency_key="late")
        until(lambda: self.said("no connection (Connection refused)"))
        self.assertEqual(feeder.state("late").state, "QUEUED")
        with service(self.folder, port=running.port):
            self.assertTrue(feeder.flush(40))
            self.assertEqual(feeder.state("late").state, "ACCEPTED")
        self.assertEqual(len(self.said("takes signals again")), 1)

    def test_refusals_are_final_and_say_why(self):
        keys = {"PARAMGATE_KEYS": "feeder/75a:key-of-feeder-75a"}
        with service(self.folder, env=keys) as running:
            wrong = self.feeder(running.url, key="not-the-right-key-0")
            wrong.submit_signal(PAIR, "long", 0.9, source="75a", idempotency_key="a")
            self.assertTrue(wrong.flush(20))
            self.assertEqual(wrong.state("a").state, "REFUSED")
            self.assertEqual(len(self.said("it refuses the key (HTTP 401)")), 1)
            right = self.feeder(running.url, key="key-of-feeder-75a")
            right.submit_signal("no pair", "long", 0.9, source="75a", idempotency_key="b")
            right.submit_signal(PAIR, "long", source="75a", enter_tag="long from 75a", idempotency_key="c")
            self.assertTrue(right.flush(20))
            self.assertIn("pair", right.state("b").detail)
            self.assertIn("confidence", right.state("c").detail)
        self.assertEqual(
            [line for line in self.lines if "key-of-feeder-75a" in line or "not-the-right-key-0" in line], []
        )


class Queue(FeederCase):
    def test_submitting_returns_while_the_gateway_hangs_and_the_oldest_go_first(self):
        held = threading.Event()
        self.addCleanup(held.set)

        def hold(body):
            held.wait(30)
            return accepted(body)

        with Gateway(hold) as gateway:
            feeder = self.feeder(gateway.url, queue_size=3)
            feeder.submit_signal(PAIR, "long", 0.9, idempotency_key="0")
            until(lambda: gateway.bodies)
            for number in range(1, 6):
                self.assertEqual(feeder.submit_signal(PAIR, "long", 0.9, idempotency_key=str(number)).state, "QUEUED")
            self.assertFalse(held.is_set())
            self.assertEqual(
                [feeder.state(str(n)).state for n in range(6)], ["QUEUED"] + ["DROPPED"] * 2 + ["QUEUED"] * 3
            )
            self.assertEqual(len(self.said("the queue is full")), 1)
            held.set()
            self.assertTrue(feeder.flush(20))
            self.assertEqual([feeder.state(str(n)).state for n in (0, 3, 4, 5)], ["ACCEPTED"] * 4)
            self.assertEqual(gateway.connections, 1)

    def test_what_is_not_answered_in_time_expires(self):
        with Gateway(lambda _: http(b"<html>", "502 Bad Gateway", "text/html")) as gateway:
            feeder = self.feeder(gateway.url, ttl_seconds=0.3)
            feeder.submit_signal(PAIR, "long", 0.9, idempotency_key="k")
            self.assertTrue(feeder.flush(20))
            self.assertEqual(feeder.state("k").state, "EXPIRED")
            self.assertEqual(len(self.said("not JSON (HTTP 502)")), 1)

    def test_passing_errors_are_tried_again_with_the_same_key(self):
        answers = [
            http(
                {
                    "errors": [
                        {"message": "the journal cannot be written", "extensions": {"code": "JOURNAL_UNAVAILABLE"}}
                    ]
                }
            ),
            b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
            http({"data": {"submitSignal": None}}),
            accepted(None),
        ]
        with Gateway(lambda _: answers.pop(0)) as gateway:
            feeder = self.feeder(gateway.url)
            feeder.submit_signal(PAIR, "long", 0.9, idempotency_key="k")
            self.assertTrue(feeder.flush(30))
            self.assertEqual(feeder.state("k").state, "ACCEPTED")
            self.assertEqual(
                {json.dumps(body["variables"]) for body in gateway.bodies}, {json.dumps(gateway.bodies[0]["variables"])}
            )
            self.assertEqual(len(gateway.bodies), 4)

    def test_bad_input_is_refused_at_once(self):
        feeder = self.feeder("http://127.0.0.1:1")
        for pair, side, confidence, words in (
            (None, "long", 0.9, "pair"),
            (PAIR, "buy", 0.9, "side"),
            (PAIR, "long", 1.01, "0..1"),
            (PAIR, "long", math.nan, "not a number"),
            (PAIR, "long", "0.9", "not a number"),
        ):
            with self.subTest(words):
                state = feeder.submit_signal(pair, side, confidence)
                self.assertEqual(state.state, "REFUSED")
                self.assertIn(words, state.detail)
        with self.assertRaises(ValueError):
            Feeder(url="http://user:hidden@h:1", colour="red")

    def test_a_key_that_is_known_is_not_sent_again(self):
        with Gateway(accepted) as gateway:
            feeder = self.feeder(gateway.url)
            for _ in range(3):
                feeder.submit_signal(PAIR, "long", 0.9, idempotency_key="75a candle 1")
                self.assertTrue(feeder.flush(20))
            self.assertEqual(feeder.submit_signal(PAIR, "long", 0.9, idempotency_key="75a candle 1").state, "ACCEPTED")
            self.assertEqual(len(gateway.bodies), 1)

    def test_numbers_of_a_model_are_taken(self):
        with Gateway(accepted) as gateway:
            feeder = self.feeder(gateway.url)
            feeder.submit_signal(PAIR, "long", SimpleNamespace(item=lambda: 0.75), idempotency_key="k")
            self.assertTrue(feeder.flush(20))
            self.assertEqual(gateway.bodies[0]["variables"]["input"]["confidence"], 0.75)

    def test_the_end_drops_what_is_left_and_says_so(self):
        feeder = Feeder(url="http://127.0.0.1:1")
        feeder.submit_signal(PAIR, "long", 0.9, idempotency_key="k")
        until(lambda: self.said("no connection"))
        feeder.close(0.05)
        self.assertIn(feeder.state("k").state, ("DROPPED", "EXPIRED"))
        self.assertEqual(feeder.submit_signal(PAIR, "long", 0.9).state, "DROPPED")

    def test_the_end_of_the_process_waits_for_what_is_queued(self):
        with Gateway(accepted) as gateway:
            code = f"import paramgate_feeder as f; f.Feeder(url={gateway.url!r}).submit_signal('A/B', 'long', 0.9)"
            subprocess.run([sys.executable, "-c", code], cwd=ADAPTER, check=True, timeout=60)
            self.assertEqual(len(gateway.bodies), 1)


class NeverRaises(FeederCase):
    def refused(self, state, words):
        self.assertEqual(state.state, "REFUSED")
        self.assertIn(words, state.detail)
        self.assertEqual(len(self.said(state.detail)), 1, self.lines)
        self.lines.clear()

    def test_a_time_that_is_none_is_refused(self):
        feeder = self.feeder("http://127.0.0.1:1")
        for at in ("yesterday", "", 0, 1767225600, datetime.now().date(), [], datetime64("NaT"), datetime64("20x")):
            with self.subTest(at=at):
                self.refused(feeder.submit_signal(PAIR, "long", 0.9, sent_at=at), "sent_at")
        edge = datetime.min.replace(tzinfo=timezone(timedelta(hours=5)))
        self.refused(feeder.submit_signal(PAIR, "long", 0.9, sent_at=edge), "sent_at")

    def test_numpys_time_is_taken_for_utc(self):
        with Gateway(accepted) as gateway:
            feeder = self.feeder(gateway.url)
            for at in ("2026-01-01T10:20:30.123456789", "2026-01-01T10:20:30.123", "2026-01-01T10:20:30", "2026-01-01"):
                feeder.submit_signal(PAIR, "long", 0.9, sent_at=datetime64(at))
            self.assertTrue(feeder.flush(20))
            sent = [body["variables"]["input"]["sentAt"] for body in gateway.bodies]
        day, minute = "2026-01-01T00:00:00.000Z", "2026-01-01T10:20:30"
        self.assertEqual(sent, [f"{minute}.123Z", f"{minute}.123Z", f"{minute}.000Z", day])

    def test_whatever_else_is_told_is_refused(self):
        class Odd:
            def __str__(self):
                raise KeyError("odd")

            __repr__ = item = __str__

        feeder = self.feeder("http://127.0.0.1:1")
        for told in (
            {"confidence": Odd()},
            {"pair": Odd()},
            {"side": Odd()},
            {"confidence": 10**400},
            {"leverage": 10**400},
            {"idempotency_key": ["k"]},
            {"idempotency_key": Odd()},
        ):
            with self.subTest(next(iter(told))):
                state = feeder.submit_signal(**{"pair": PAIR, "side": "long", "confidence": 0.9, **told})
                self.refused(state, "")
                self.assertIsInstance(state.idempotency_key, str)

    def test_settings_that_are_wrong_are_refused_in_one_line(self):
        for section in ({"url": "h:1"}, {"colour": "red"}, ["url"], {"url": "https://h", "ca_file": "/none"}):
            with self.subTest(section=section):
                strategy = SimpleNamespace(config={"runmode": "live", "paramgate_feeder": section})
                for _ in range(2):
                    state = submit_signal(PAIR, "long", 0.9, strategy=strategy)
                    self.assertEqual(state.state, "REFUSED")
                self.assertEqual(len(self.lines), 1, self.lines)
                self.lines.clear()


class datetime64:  # noqa: N801
    """numpy's, as far as the feeder looks at it."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text

    def item(self):
        return 1767262830123456789  # of nanoseconds numpy makes a number


class OneCall(FeederCase):
    def tearDown(self):
        for feeder in paramgate_feeder._feeders.values():
            feeder.close(0.1)
        paramgate_feeder._feeders.clear()

    def test_in_a_strategy_it_takes_the_bots_settings(self):
        with Gateway(accepted) as gateway:
            strategy = SimpleNamespace(
                config={"runmode": "dry_run", "paramgate_feeder": {"url": gateway.url, "source": "75c"}}
            )
            for side in ("long", "short"):
                self.assertEqual(submit_signal(PAIR, side, 0.9, strategy=strategy).state, "QUEUED")
            until(lambda: len(gateway.bodies) == 2)
            self.assertEqual({body["variables"]["input"]["source"] for body in gateway.bodies}, {"75c"})
            self.assertEqual(gateway.connections, 1)

    def test_a_backtest_sends_nothing(self):
        for mode in ("backtest", "hyperopt", None):
            self.assertEqual(
                submit_signal(PAIR, "long", 0.9, strategy=SimpleNamespace(config={"runmode": mode})).state, "OFF"
            )
        self.assertEqual(paramgate_feeder._feeders, {})


if __name__ == "__main__":
    unittest.main()
