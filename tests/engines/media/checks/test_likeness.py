import random
from pathlib import Path

import pytest
from PIL import Image

from kodipest.engines.media.checks.likeness import (
    MARKED_FRAMES,
    MARKED_WORDS,
    Likeness,
    frames_in,
    same_frames,
    same_sound,
    sound_in,
)

RANDOM = random.Random(4)
FRAMES = tuple(RANDOM.getrandbits(128) for _ in range(20))
SOUND = tuple(RANDOM.getrandbits(32) for _ in range(400))
OTHER = Likeness(
    tuple(RANDOM.getrandbits(128) for _ in range(20)),
    tuple(RANDOM.getrandbits(32) for _ in range(400)),
)


def worn(value: int, bits: int, seed: int, width: int = 128) -> int:
    for place in random.Random(seed).sample(range(width), bits):
        value ^= 1 << place
    return value


def test_the_same_film_in_another_encoding_is_found_by_its_marks_and_told_alike() -> None:
    copy = Likeness(
        tuple(worn(frame, 4, n) for n, frame in enumerate(FRAMES)),
        tuple(worn(word, n % 3, n, 32) for n, word in enumerate(SOUND)),
    )
    kept = Likeness(FRAMES, SOUND)

    assert kept.own_marks() & copy.all_marks()
    assert same_frames(copy, kept) == 1
    heard = same_sound(copy, kept)
    assert heard is not None
    assert (heard.start, heard.end) == (0, 50)
    assert heard.alike > 0.9


def test_another_film_shares_nothing() -> None:
    one = Likeness(FRAMES, SOUND)

    assert not one.own_marks() & OTHER.all_marks()
    assert same_frames(one, OTHER) == 0
    assert same_sound(one, OTHER) is None


@pytest.mark.parametrize("shift", [-80, 80])
def test_sound_that_begins_elsewhere_is_found_with_its_place(shift: int) -> None:
    moved = SOUND[80:] if shift < 0 else OTHER.sound[:80] + SOUND

    heard = same_sound(Likeness(sound=moved), Likeness(sound=SOUND))

    assert heard is not None
    assert heard.start == max(0, shift) / 8
    assert heard.alike == 1


def test_a_short_overlap_is_not_enough() -> None:
    assert same_sound(Likeness(sound=SOUND[:79]), Likeness(sound=SOUND)) is None


def test_half_of_the_frames_count_and_fewer_do_not() -> None:
    half = Likeness(FRAMES[:10] + OTHER.frames[:10])
    less = Likeness(FRAMES[:9] + OTHER.frames[:11])

    assert same_frames(half, Likeness(FRAMES)) == 0.5
    assert same_frames(less, Likeness(FRAMES)) == 0


def test_one_picture_with_a_voice_is_no_copy_of_another() -> None:
    logo = Likeness(FRAMES[:1])

    assert same_frames(logo, logo) == 0


def test_silence_and_a_single_tone_leave_no_marks() -> None:
    assert Likeness(sound=(7,) * 900).all_marks() == set()
    assert Likeness(sound=tuple(range(11)) * 80).all_marks() == set()


def test_few_marks_are_kept_and_all_of_them_are_found_again() -> None:
    one = Likeness(FRAMES, SOUND)

    assert len(one.own_marks()) == MARKED_FRAMES * 4 + MARKED_WORDS
    assert one.own_marks() < one.all_marks()
    assert max(one.all_marks()) < 2**63


def test_it_travels_as_json() -> None:
    one = Likeness(FRAMES, SOUND)

    assert Likeness.from_dict(one.as_dict()) == one
    assert Likeness.from_dict({}) == Likeness()


def test_plain_frames_and_repetitions_are_left_out(tmp_path: Path) -> None:
    white, picture = Image.new("L", (64, 64), "white"), Image.linear_gradient("L")
    for name, image in (("a", white), ("b", picture), ("c", picture), ("d", picture.rotate(90))):
        image.save(tmp_path / f"{name}.jpg")

    assert len(frames_in(sorted(tmp_path.glob("*.jpg")))) == 2


def test_a_print_cut_off_in_the_middle_of_a_word_is_read_up_to_it(tmp_path: Path) -> None:
    (tmp_path / "print").write_bytes(bytes(11))

    assert sound_in(tmp_path / "print") == (0, 0)
    assert sound_in(tmp_path / "none") == ()
