from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from kodipest.engines.media.boxes import children, find, top_level_boxes


def box(kind: bytes, body: bytes = b"") -> bytes:
    return (len(body) + 8).to_bytes(4, "big") + kind + body


def kinds(data: bytes) -> list[tuple[str, int, int]]:
    return [(b.kind, b.start, b.end) for b in top_level_boxes(BytesIO(data))]


def test_boxes_follow_each_other() -> None:
    assert kinds(box(b"ftyp", b"isom") + box(b"moov")) == [("ftyp", 0, 12), ("moov", 12, 20)]


def test_a_large_box_tells_its_size_in_eight_bytes() -> None:
    large = b"\x00\x00\x00\x01mdat" + (5_000_000_000).to_bytes(8, "big")

    assert kinds(large) == [("mdat", 0, 5_000_000_000)]


def test_a_box_of_size_zero_reaches_to_the_end() -> None:
    assert kinds(box(b"ftyp") + b"\x00\x00\x00\x00mdat" + bytes(40)) == [
        ("ftyp", 0, 8),
        ("mdat", 8, 56),
    ]


def test_a_box_smaller_than_its_own_header_ends_the_walk() -> None:
    assert kinds(box(b"ftyp") + b"\x00\x00\x00\x03mdat") == [("ftyp", 0, 8)]
    assert kinds(box(b"ftyp") + b"\x00\x00") == [("ftyp", 0, 8)]


def test_inner_boxes_are_found_by_path() -> None:
    tree = box(b"moov", box(b"mvhd", b"1") + box(b"trak", box(b"mdia", b"inner")))

    assert find(tree, "moov/trak/mdia") == b"inner"
    assert find(tree, "moov/udta") is None


def test_an_inner_box_that_reaches_out_of_its_parent_is_not_read() -> None:
    assert list(children(box(b"mvhd") + b"\x00\x00\x00\xfftrak")) == [("mvhd", b"")]


@given(st.binary(max_size=300))
def test_no_noise_keeps_the_walk_going_for_ever(data: bytes) -> None:
    for found in top_level_boxes(BytesIO(data)):
        assert found.size >= found.header
    assert sum(1 for _ in children(data)) <= len(data) // 8
