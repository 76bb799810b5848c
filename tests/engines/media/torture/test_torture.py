"""Whatever is sent: a good result or a clear word, in bounded time, and nothing left behind.

`KODIPEST_TORTURE=long` damages every source twenty times more.
"""

import os
import re
from pathlib import Path
from typing import get_args

import psutil
import pytest
from django.utils import translation

from kodipest.engines.media import messages
from kodipest.engines.media.apart import probe_apart
from kodipest.engines.media.checks import looks
from kodipest.engines.media.checks.examine import taps_for
from kodipest.engines.media.checks.findings import Code as Found
from kodipest.engines.media.errors import Code, Unusable
from kodipest.engines.media.manifest import Manifest
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe

from .cases import Case
from .damage import damaged
from .kinds import kinds
from .malice import malice
from .shapes import shapes

IS_LONG = os.environ.get("KODIPEST_TORTURE") == "long"
KINDS, SHAPES, MALICE = list(kinds()), list(shapes()), list(malice())
DAMAGED = list(damaged(24 if IS_LONG else 2))
# How the kernel or our patience would end a process: told as `damaged`, but it is no clear word.
ENDED = re.compile(r"ended with -|took more than|silent for|exit -")


def named(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.name for case in cases])


@pytest.fixture(autouse=True)
def no_eyes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The model sees decoded frames only; it has its own tests."""
    monkeypatch.setattr(looks, "is_installed", lambda: False)


def fate(path: Path, out: Path) -> str:
    """Let the engine do what it does with an upload; return "made", or the code of a refusal.

    What is neither, an exception that nobody foresaw, passes through and fails the test.
    """
    before = path.read_bytes()
    others = {*psutil.Process().children(recursive=True)}  # a site of the journeys may be up
    try:
        facts = probe(path)
        made = prepare(path, out, probe=facts, preset="ultrafast", taps=taps_for(facts))
    except Unusable as refused:
        return clear_word(refused)
    finally:
        assert path.read_bytes() == before, "the original was touched"
        assert not (out / ".work").exists(), "a private folder was left"
        left = {*psutil.Process().children(recursive=True)} - others
        assert not left, "a process was left"
    whole(made, out)
    return "made"


def clear_word(refused: Unusable) -> str:
    """Return its code; it must be a known one, said in three languages, and no death in disguise."""
    code, told = refused.code, set()
    assert code in get_args(Code)
    assert not ENDED.search(refused.detail), refused.detail
    for language in ("id", "en", "zh-hans"):
        with translation.override(language):
            told.add(str(messages.words(code)))
    assert len(told) == 3, f"{code} is not told in three languages"
    return code


def whole(made: Manifest, out: Path) -> None:
    named_files = [made.master, made.poster, made.file, *(rung.playlist for rung in made.rungs)]
    named_files += [picture.file for picture in made.images]
    for name in filter(None, named_files):
        assert (out / name).stat().st_size > 0, name
    assert any(named_files)
    for one in made.measured.get("checks", {}).get("findings", []):
        assert one["code"] in get_args(Found)


@named(KINDS)
def test_every_codec_in_every_container(case: Case, tmp_path: Path) -> None:
    assert fate(case.make(), tmp_path / "out") == case.outcome


@named(SHAPES)
def test_odd_shapes(case: Case, tmp_path: Path) -> None:
    found = fate(case.make(), tmp_path / "out")

    assert found == (case.outcome or found)


@named(MALICE)
def test_malice(case: Case, tmp_path: Path) -> None:
    found = fate(case.make(), tmp_path / "out")

    assert found == (case.outcome or found)


@named(DAMAGED)
def test_damage(case: Case, tmp_path: Path) -> None:
    assert fate(case.make(), tmp_path / "out") in {"made", *get_args(Code)} - {"no_space"}


@named([case for case in MALICE if case.name.endswith((".mp4", ".wav", ".png"))][::4])
def test_a_process_apart_says_the_same(case: Case) -> None:
    """As the site asks: in a process of its own, on the leash."""
    path = case.make()

    def answer(ask: object) -> object:
        try:
            return ask(path)  # type: ignore[operator]
        except Unusable as refused:
            return refused.code, refused.detail

    assert answer(probe_apart) == answer(probe)


def test_the_set_is_as_large_as_it_was_promised() -> None:
    cases = [*KINDS, *SHAPES, *MALICE, *DAMAGED]

    assert len({case.name for case in cases}) == len(cases) >= 150
