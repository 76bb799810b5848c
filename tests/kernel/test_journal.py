"""A journal only ever grows; whatever is done to its file, what can still be read is still told."""

import hashlib
import json
import multiprocessing
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from kodipest.kernel.journal import Entry, Journal, read, write

AT = "2026-11-23T08:00:00.000000+00:00"

SOME = b"0193a1b2-0000-7000-8000-000000000001"  # the same in each process that collects tests


def fact(thing: UUID | None = None, act: str = "withdraw_consent") -> Entry:
    return Entry(act, str(thing or uuid4()), AT, str(uuid4()))


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal" / "withdrawals.jsonl")


def test_a_journal_that_is_not_there_says_nothing(journal: Journal) -> None:
    assert journal.entries() == []
    assert list(journal.faults()) == []
    assert not journal.path.exists()


def test_what_is_written_is_read_back_in_order_and_for_its_owner_only(journal: Journal) -> None:
    facts = [fact(), fact(act="withdraw_work"), fact()]

    assert journal.append(facts[:1]) == 1
    assert journal.append(facts[1:]) == 2

    assert journal.entries() == facts
    assert journal.path.stat().st_mode & 0o777 == 0o600
    assert journal.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_thing_is_named_once(journal: Journal) -> None:
    one = fact()

    assert journal.append([one, one]) == 1
    assert journal.append([one._replace(at="2026-11-24T08:00:00+00:00")]) == 0

    assert journal.entries() == [one]


def test_each_line_is_canonical_and_names_the_one_before(journal: Journal) -> None:
    journal.append([fact(), fact()])
    first, second = journal.content().splitlines()

    told = json.loads(second)
    assert (told["sequence"], told["previous"]) == (2, hashlib.sha256(first).hexdigest())
    assert second == json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    assert list(journal.faults()) == []


def test_a_line_cut_by_a_kill_at_any_byte_is_no_line(journal: Journal) -> None:
    journal.append([fact()])
    whole = journal.content()
    journal.append([fact()])
    both = journal.content()
    late = fact()

    for cut in range(len(whole) + 1, len(both)):
        journal.path.write_bytes(both[:cut])
        journal.append([late])
        assert journal.entries() == [*read(whole), late]
        assert list(journal.faults()) == []


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nothing",
        b"[]",
        b"7",
        b"\xff\xfe",
        b'{"act":"x","at":"%s","by":"","thing":"no id"}' % AT.encode(),
        b'{"act":"x","at":"yesterday","by":"","thing":"%s"}' % SOME,
        b'{"act":"x","at":"%s","by":"nobody","thing":"%s"}' % (AT.encode(), SOME),
        b'{"act":"x","at":"%s","by":null,"thing":7}' % AT.encode(),
    ],
)
def test_a_damaged_line_takes_nothing_but_itself_away(journal: Journal, line: bytes) -> None:
    journal.append([fact(), fact(), fact()])
    first, _second, third = journal.content().splitlines()
    journal.path.write_bytes(b"\n".join([first, line, third, b""]))
    late = fact()

    journal.append([late])

    assert journal.entries() == [*read(first), *read(third), late]
    assert "journal line 2 cannot be read" in list(journal.faults())


def test_a_line_taken_out_or_changed_shows(journal: Journal) -> None:
    journal.append([fact(), fact(), fact()])
    first, second, third = journal.content().splitlines()

    journal.path.write_bytes(b"\n".join([first, third, b""]))
    assert list(journal.faults()) == ["journal line 2 does not follow the line before it"]

    changed = second.replace(b"withdraw_consent", b"withdraw_nothing")
    journal.path.write_bytes(b"\n".join([first, changed, third, b""]))
    assert list(journal.faults()) == ["journal line 3 does not follow the line before it"]


def test_a_journal_written_anew_says_the_same_and_holds(journal: Journal) -> None:
    facts = [fact(), fact()]
    journal.path.parent.mkdir()
    journal.path.write_bytes(write([facts[0]]) + b"damaged\n" + write([facts[1]]))

    again = Journal(journal.path.with_name("again.jsonl"))
    again.path.write_bytes(write(journal.entries()))

    assert again.entries() == facts
    assert list(again.faults()) == []


def add(path: Path, count: int) -> None:
    for _ in range(count):
        Journal(path).append([fact()])


def test_several_processes_write_one_chain(journal: Journal) -> None:
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=add, args=(journal.path, 10)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)

    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert len(journal.entries()) == 30
    assert list(journal.faults()) == []
