"""The packager, on fragments that a real encoder wrote and on broken ones."""

import shutil
import subprocess
import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kodipest.engines.media.encoder import ffmpeg_path
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.fragments import BrokenFragment, moved, read_fragment, read_init
from kodipest.engines.media.ladder import verify_track
from kodipest.engines.media.playlists import Segment, Track, Variant, master_text, peak_bits
from kodipest.engines.media.sections import Section

FRAGMENTED = (
    "-nostdin -v error -f lavfi -i testsrc=s=64x64:r=25:d=5 -c:v libx264 -preset veryfast -pix_fmt yuv420p -g 50"
    " -force_key_frames expr:gte(t,if(lt(n_forced,2),n_forced,(n_forced-1)*2)) -f hls -hls_time 1"
    " -hls_segment_type fmp4 -hls_fmp4_init_filename a.init.mp4 -hls_segment_filename a.%d.m4s"
    " -hls_segment_options movflags=+negative_cts_offsets+skip_sidx -avoid_negative_ts disabled"
    " -hls_list_size 1 a.m3u8"
)


@pytest.fixture(scope="module")
def fragments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fragments")
    subprocess.run([ffmpeg_path(), *FRAGMENTED.split()], check=True, cwd=folder)
    return folder


@pytest.fixture
def track(fragments: Path, tmp_path: Path) -> Track:
    """A track whose encoder has written nothing yet; `arrive` lets fragments come."""
    (tmp_path / "work").mkdir()
    (tmp_path / "out").mkdir()
    shutil.copy(fragments / "a.init.mp4", tmp_path / "work")
    return Track("a", tmp_path / "work", tmp_path / "out")


def arrive(track: Track, fragments: Path, number: int, under: int | None = None) -> None:
    name = f"a.{number if under is None else under}.m4s"
    shutil.copy(fragments / f"a.{number}.m4s", track.work / name)


def test_init_tells_codec_and_clock(fragments: Path) -> None:
    init = read_init(fragments / "a.init.mp4")

    assert init.codec == "avc1.64000A"
    assert init.timescale == 12_800


def test_fragment_counts_its_own_samples(fragments: Path) -> None:
    found = [read_fragment(fragments / f"a.{number}.m4s") for number in range(4)]

    assert [f.start / 12_800 for f in found] == [0, 1, 2, 4]
    assert [f.duration / 12_800 for f in found] == [1, 1, 2, 1]
    assert all(f.is_independent for f in found)


def test_segments_appear_when_they_are_whole(track: Track, fragments: Path) -> None:
    assert not track.has_begun()
    seen = []
    for number in range(4):
        arrive(track, fragments, number)
        track.advance()
        seen.append([segment.seconds for segment in track.segments])
    track.advance(is_last=True)

    assert seen == [[1], [1], [1, 3], [1, 3]]
    assert [segment.seconds for segment in track.segments] == [1, 3, 1]
    assert track.seconds == 5
    assert not list(track.work.glob("*.m4s"))
    verify_track(track, 5.0)


@pytest.mark.parametrize(
    ("expected", "seconds"),
    [
        (4.05, [1, 4]),  # what lies behind 4 s is a short rest: it stays with the segment before it
        (3.95, [1, 4]),
        (4.5, [1, 3, 1]),
        (60.0, [1, 3, 1]),
    ],
)
def test_a_short_rest_makes_no_segment_of_its_own(
    expected: float, seconds: list[float], track: Track, fragments: Path
) -> None:
    track.expected_seconds = expected
    for number in range(4):
        arrive(track, fragments, number)
        track.advance()
    track.advance(is_last=True)

    assert [segment.seconds for segment in track.segments] == seconds


def test_a_fragment_that_does_not_follow_is_refused(track: Track, fragments: Path) -> None:
    arrive(track, fragments, 0)
    arrive(track, fragments, 2, under=1)

    with pytest.raises(Unusable, match=r"a\.1\.m4s: 25600, not 12800"):
        track.advance()


def test_half_a_fragment_is_refused(track: Track, fragments: Path) -> None:
    whole = (fragments / "a.0.m4s").read_bytes()
    (track.work / "a.0.m4s").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(Unusable, match="no samples") as refused:
        track.advance()

    assert refused.value.code == "encoder_failed"


@pytest.mark.parametrize("content", [b"", b"\x00\x00\x00\x08styp", b"noise" * 20])
def test_what_is_no_fragment_is_said_so(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(content)

    with pytest.raises(BrokenFragment):
        read_fragment(tmp_path / "x")
    with pytest.raises(BrokenFragment):
        read_init(tmp_path / "x")


@given(st.binary(max_size=400))
def test_no_noise_breaks_the_readers(content: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        for read in (read_fragment, read_init):
            with pytest.raises(BrokenFragment):
                read(Path(file.name))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "000001.m4s").write_bytes(b""), "0 bytes"),
        (lambda folder: (folder / "000001.m4s").write_bytes(b"x"), "1 bytes"),
        (lambda folder: (folder / "000001.m4s").unlink(), "missing"),
        (lambda folder: _edit(folder, "#EXT-X-ENDLIST\n", ""), "has no end"),
        (lambda folder: _edit(folder, "000001.m4s", "000009.m4s"), "names other segments"),
    ],
)
def test_done_is_checked_against_the_disk(spoil, said: str, track: Track, fragments: Path) -> None:
    for number in range(4):
        arrive(track, fragments, number)
    track.advance(is_last=True)
    spoil(track.folder)

    with pytest.raises(Unusable, match=said) as refused:
        verify_track(track, 5.0)

    assert refused.value.code == "encoder_failed"


def _edit(folder: Path, old: str, new: str) -> None:
    path = folder / "index.m3u8"
    path.write_text(path.read_text().replace(old, new))


segments = st.lists(
    st.builds(
        Segment,
        name=st.just("x"),
        seconds=st.floats(min_value=0.1, max_value=4.4),
        bytes=st.integers(min_value=1, max_value=10**7),
    ),
    min_size=1,
    max_size=20,
)


@given(segments)
def test_peak_is_never_below_the_average_nor_above_the_densest(found: list[Segment]) -> None:
    total = sum(s.seconds for s in found)
    average = sum(s.bytes for s in found) * 8 / total
    densest = max(s.bytes * 8 / s.seconds for s in found)

    peak = peak_bits(found)

    assert peak <= densest + 1
    if total <= 6:
        assert peak >= average - 1


def test_a_short_tail_does_not_make_a_peak() -> None:
    """A last segment of one key frame has an absurd rate of its own; nobody streams at it."""
    steady = [Segment("x", 4.0, 400_000)] * 3

    assert peak_bits([*steady, Segment("x", 0.04, 60_000)]) == pytest.approx(912_000, rel=0.01)


def test_master_of_a_sound_has_no_picture_and_no_group() -> None:
    text = master_text([Variant("sound/index.m3u8", "mp4a.40.2", 130_000, 128_000)])

    assert text.decode().splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-STREAM-INF:BANDWIDTH=130000,AVERAGE-BANDWIDTH=128000,CODECS="mp4a.40.2"',
        "sound/index.m3u8",
    ]


def test_a_segment_that_does_not_begin_with_a_key_frame_is_refused(
    track: Track, fragments: Path
) -> None:
    whole = bytearray((fragments / "a.0.m4s").read_bytes())
    first = whole.index(b"\x02\x00\x00\x00", whole.index(b"trun"))
    whole[first : first + 4] = b"\x01\x01\x00\x00"  # depends on others, is no sync sample
    (track.work / "a.0.m4s").write_bytes(whole)

    with pytest.raises(Unusable, match="does not begin with a key frame"):
        track.advance()


def test_a_track_in_a_codec_we_never_asked_for_is_refused(fragments: Path, tmp_path: Path) -> None:
    init = (fragments / "a.init.mp4").read_bytes().replace(b"avc1", b"hvc1")
    (tmp_path / "x").write_bytes(init)

    with pytest.raises(BrokenFragment, match="no sample entry"):
        read_init(tmp_path / "x")


THRIFTY = (
    "-nostdin -v error -f lavfi -i testsrc=s=64x64:r=25:d=1 -f lavfi -i sine=d=1 {words} -t 1 -f hls"
    " -hls_segment_type fmp4 -hls_fmp4_init_filename x.init.mp4 -hls_segment_filename x.%d.m4s x.m3u8"
)


@pytest.mark.parametrize(
    ("words", "codec"),
    [
        ("-map 0 -c:v libsvtav1 -preset 13 -pix_fmt yuv420p", "av01.0.00M.08"),
        ("-map 0 -c:v libsvtav1 -preset 13 -pix_fmt yuv420p10le", "av01.0.00M.10"),
        ("-map 1 -c:a libopus", "opus"),
        ("-map 1 -c:a aac", "mp4a.40.2"),
    ],
)
def test_codecs_are_spelt_as_browsers_ask_for_them(words: str, codec: str, tmp_path: Path) -> None:
    arguments = THRIFTY.format(words=words).split()
    subprocess.run([ffmpeg_path(), *arguments], check=True, cwd=tmp_path, capture_output=True)

    assert read_init(tmp_path / "x.init.mp4").codec == codec
    assert read_fragment(tmp_path / "x.0.m4s").is_independent


def test_an_av1_track_without_its_configuration_is_refused(tmp_path: Path) -> None:
    arguments = THRIFTY.format(words="-map 0 -c:v libsvtav1 -preset 13 -pix_fmt yuv420p").split()
    subprocess.run([ffmpeg_path(), *arguments], check=True, cwd=tmp_path, capture_output=True)
    init = (tmp_path / "x.init.mp4").read_bytes().replace(b"av1C", b"free")
    (tmp_path / "y").write_bytes(init)

    with pytest.raises(BrokenFragment, match="av01 without av1C"):
        read_init(tmp_path / "y")


def left_behind(folder: Path, fragments: Path, *, first: int = 0) -> list[Segment]:
    """What a section leaves: an init segment, and two segments from number `first` on."""
    folder.mkdir()
    shutil.copy(fragments / "a.init.mp4", folder / "init.mp4")
    segments = [Segment(f"{first + number:06d}.m4s", 4.0, 3) for number in range(2)]
    for segment in segments:
        (folder / segment.name).write_bytes(b"abc")
    return segments


def test_sections_follow_each_other_in_one_playlist(
    track: Track, fragments: Path, tmp_path: Path
) -> None:
    one = left_behind(tmp_path / "one", fragments)
    track.append(tmp_path / "one", one[:1])  # while it grows
    track.append(tmp_path / "one", one[1:])
    track.append(tmp_path / "one", [])
    other = left_behind(tmp_path / "other", fragments, first=2)
    track.append(tmp_path / "other", other)
    track.advance(is_last=True)

    lines = (track.folder / "index.m3u8").read_text().splitlines()
    assert [line for line in lines if line.endswith(".m4s")] == [it.name for it in one + other]
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert (track.folder / "000003.m4s").samefile(tmp_path / "other" / "000003.m4s")
    assert track.size_bytes == 12


def test_a_section_of_another_encoder_is_refused(
    track: Track, fragments: Path, tmp_path: Path
) -> None:
    track.append(tmp_path / "one", left_behind(tmp_path / "one", fragments))
    other = left_behind(tmp_path / "other", fragments, first=2)
    (tmp_path / "other" / "init.mp4").write_bytes(b"\0" * 8)

    with pytest.raises(Unusable, match="different encoders"):
        track.append(tmp_path / "other", other)


def test_a_section_has_begun_before_its_first_segment_is_whole(
    fragments: Path, tmp_path: Path
) -> None:
    section = Section(1, start_seconds=4, first_frame=100, frames=100, fps=Fraction(25))
    track = Track("a", tmp_path, tmp_path / "out", section=section)
    shutil.copy(fragments / "a.init.mp4", tmp_path)
    arrive(track, fragments, 0)
    assert track.has_begun()
    track.advance()

    assert (track.segments, track.has_begun()) == ([], True)
    track.advance(is_last=True)
    assert [segment.name for segment in track.segments] == ["000002.m4s"]
    assert track.end == 5 * 12_800


def test_a_gap_between_sections_is_refused(track: Track, fragments: Path, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match=r"000001\.m4s after 0"):
        track.append(tmp_path / "one", left_behind(tmp_path / "one", fragments, first=1))


def test_a_fragment_moves_in_time_and_number_and_nothing_else(fragments: Path) -> None:
    fragment = read_fragment(fragments / "a.2.m4s")

    later = moved(fragment, 1000, 7)

    assert (later.start, later.duration) == (fragment.start + 1000, fragment.duration)
    assert moved(later, -1000, -7) == fragment
    changed = [a != b for a, b in zip(fragment.body, later.body, strict=True)]
    assert 1 < sum(changed) <= 12


def test_a_fragment_that_counts_in_32_bits_is_not_moved(fragments: Path) -> None:
    fragment = read_fragment(fragments / "a.0.m4s")
    at = fragment.body.index(b"tfdt") + 4
    old = replace(fragment, body=fragment.body[:at] + b"\0" + fragment.body[at + 1 :])

    with pytest.raises(BrokenFragment, match="32 bits"):
        moved(old, 1, 1)
