import gzip
import threading
import time

import brotli
import pytest

from kodipest.web import shelf as shelves
from kodipest.web.shelf import Page, Shelf


def page(content: bytes = b"<p>hello</p>" * 50, *, generation: int = 1, seconds: int = 60) -> Page:
    return Page.print(
        content, {"Content-Type": "text/html"}, generation=generation, seconds=seconds
    )


def test_each_encoding_holds_the_same_page_under_its_own_tag() -> None:
    found = page(b"Bismillah " * 100)

    assert gzip.decompress(found.bodies["gzip"].content) == b"Bismillah " * 100
    assert brotli.decompress(found.bodies["br"].content) == b"Bismillah " * 100
    assert len({body.etag for body in found.bodies.values()}) == 3
    assert page(b"Bismillah " * 100).bodies["br"].etag == found.bodies["br"].etag


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("GZIP;q=0.5, br;q=0", "gzip"),
        ("br; q=0.0", ""),
        ("", ""),
        ("deflate", ""),
    ],
)
def test_chooses_the_best_encoding_that_is_allowed(accepted: str, encoding: str) -> None:
    assert page().body_for(accepted).encoding == encoding


def test_a_page_is_found_while_nothing_public_has_changed() -> None:
    shelf = Shelf()
    shelf.put(("/",), page(generation=7))

    assert shelf.find(("/",), 7) is not None
    assert shelf.find(("/other",), 7) is None
    assert shelf.find(("/",), 8) is None
    assert shelf.find(("/",), 7) is None  # taken off the shelf for good


def test_a_page_ends_with_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf()
    shelf.put(("/",), page(seconds=60))
    later = time.monotonic() + 61
    monkeypatch.setattr(shelves.time, "monotonic", lambda: later)

    assert shelf.find(("/",), 1) is None


def test_those_not_asked_for_longest_make_room() -> None:
    weight = page().weight
    shelf = Shelf(room=2 * weight)
    shelf.put(("a",), page())
    shelf.put(("b",), page())
    shelf.find(("a",), 1)
    shelf.put(("c",), page())

    assert [key for key in ("a", "b", "c") if shelf.find((key,), 1)] == ["a", "c"]


def test_putting_a_page_again_takes_no_more_room() -> None:
    shelf = Shelf(room=3 * page().weight)
    for _time in range(5):
        shelf.put(("a",), page())
    shelf.put(("b",), page())

    assert shelf.find(("a",), 1)
    assert shelf.find(("b",), 1)


def test_a_page_bigger_than_the_shelf_is_kept_alone() -> None:
    shelf = Shelf(room=1)
    shelf.put(("a",), page())
    shelf.put(("b",), page())

    assert [key for key in ("a", "b") if shelf.find((key,), 1)] == ["b"]


def test_nobody_waits_for_ever_for_a_render_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelves, "PATIENCE_SECONDS", 0.05)
    shelf, inside, over = Shelf(), threading.Event(), threading.Event()

    def hang() -> None:
        with shelf.turn(("/",)):
            inside.set()
            over.wait(5)

    stuck = threading.Thread(target=hang)
    stuck.start()
    inside.wait(5)
    with shelf.turn(("/",)):
        passed = True
    over.set()
    stuck.join(5)

    assert passed
    assert shelf._turns == {}
