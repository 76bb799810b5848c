"""Fairness, proven on a clock that stands still until a film is made."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from freezegun import freeze_time

from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import Lane, cancel_transcode, claim_next
from kodipest.engines.media.operations.turns import DAY, LONGEST, PATIENCE, turn_of
from tests.factories.media import OriginalFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, tzinfo=UTC)
State = Transcode.State
PARTS = ("base", "high", "thrift")


def test_a_turn_says_how_long_a_part_lets_others_pass():
    turns = {part: turn_of(part, since=NOW, seconds=60) - NOW for part in PARTS}
    minute = timedelta(minutes=1)

    assert turns == {"base": minute, "high": DAY + minute, "thrift": 2 * DAY + minute}
    assert turn_of("high", since=NOW, seconds=60, is_hurried=True) - NOW == minute
    assert turn_of("base", since=NOW, seconds=60, is_remake=True) - NOW == 3 * DAY + minute
    assert turn_of("thrift", since=NOW, seconds=24 * 3600, is_remake=True) <= NOW + LONGEST


class Town:
    """A week of uploads on a clock that moves only when a film is made, and a worker with two lanes."""

    LAST = NOW + 7 * DAY

    def __init__(self):
        self.chance = random.Random(7)
        self.original = OriginalFactory()
        self.asked, self.taken = {}, {}
        self.upload_at = NOW
        self.ends = {Lane.BASES: (NOW, None), Lane.ADDITIONS: (NOW, None)}

    def live(self):
        with freeze_time(NOW) as clock:
            while self.upload_at <= self.LAST or len(self.taken) < len(self.asked):
                self.upload_until(timezone.now())
                for lane, (end, row) in self.ends.items():
                    if end <= timezone.now():
                        self.finish(row)
                        self.ends[lane] = self.begin(claim_next(worker=lane.value, lane=lane))
                clock.tick(timedelta(minutes=5))

    def upload_until(self, now):
        while self.upload_at <= min(now, self.LAST):
            self.ask("base", self.chance.choice([30, 120, 600, 7200]))
            self.upload_at += timedelta(minutes=self.chance.randint(30, 120))

    def ask(self, part, seconds, base=None):
        now = timezone.now()
        row = Transcode.objects.create(
            original=self.original,
            part=part,
            base=base,
            fingerprint=f"{len(self.asked):032x}",
            not_before=now,
            turn_at=turn_of(part, since=now, seconds=seconds),
        )
        self.asked[row.pk] = (part, seconds, now)

    def begin(self, row):
        if row is None:
            return timezone.now(), None
        part, seconds, _since = self.asked[row.pk]
        self.taken[row.pk] = timezone.now()
        share = 3 if part == "high" else 1
        return timezone.now() + timedelta(seconds=seconds + 600) * share, row

    def finish(self, row):
        if row is None:
            return
        is_base = row.part == "base"
        Transcode.objects.filter(pk=row.pk).update(
            state=State.DONE,
            progress=1,
            manifest={},
            lease_by="",
            lease_until=None,
            folder=row.folder if is_base else "",
            first_playable_at=timezone.now() if is_base else None,
            finished_at=timezone.now(),
        )
        if is_base:
            self.ask("high", self.asked[row.pk][1], base=row)
            self.ask("thrift", self.asked[row.pk][1], base=row)

    def passed(self, pk):
        """Name who was taken before `pk` although asked for later than its patience lasts."""
        part, seconds, since = self.asked[pk]
        end = since + PATIENCE[part] + timedelta(seconds=seconds)
        return [
            other
            for other, at in self.taken.items()
            if at < self.taken[pk] and self.asked[other][2] > end and self.asked[other][0] == part
        ]

    def longest_wait(self, part):
        return max(
            self.taken[pk] - since for pk, (its, _s, since) in self.asked.items() if its == part
        )


def test_nothing_starves_and_no_film_waits_for_an_addition():
    """More is asked for than two lanes can make in that week: bases still come soon, and all comes."""
    town = Town()
    town.live()

    assert len(town.taken) == len(town.asked) > 250
    assert [pk for pk in town.asked if town.passed(pk)] == []
    waits = {part: town.longest_wait(part) for part in PARTS}
    assert waits["base"] < timedelta(hours=12)
    assert waits["high"] > 2 * DAY  # it was too much, and what came late was not the films


def test_a_short_film_passes_a_long_one_and_a_base_passes_every_addition():
    with freeze_time(NOW) as clock:
        rows = {}
        original = OriginalFactory()
        base = Transcode.objects.create(original=original, fingerprint="0" * 32)
        for name, part, seconds in (
            ("thrift", "thrift", 5),
            ("high", "high", 5),
            ("long", "base", 7200),
            ("short", "base", 5),
        ):
            clock.tick(60)
            rows[name] = Transcode.objects.create(
                original=original,
                part=part,
                base=None if part == "base" else base,
                fingerprint=f"{len(rows) + 1:032x}",
                turn_at=turn_of(part, since=timezone.now(), seconds=seconds),
            )
        cancel_transcode(transcode=base)
        order = [claim_next(worker="w") for _row in rows]

    assert order == [rows[name] for name in ("short", "long", "high", "thrift")]


def test_the_order_is_read_from_an_index():
    Transcode.objects.create(original=OriginalFactory(), fingerprint="0" * 32)
    waiting = Transcode.objects.filter(state="waiting").order_by("turn_at", "pk")[:8]
    plan = waiting.explain()

    if connection.vendor == "sqlite":  # PostgreSQL reads a table of one row as it is
        assert "media_transcode_turn" in plan
