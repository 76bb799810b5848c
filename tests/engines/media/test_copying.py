"""A film that is what the top rung would be is handed on as it is; in doubt it is encoded."""

import hashlib
import struct
import subprocess
from itertools import pairwise
from pathlib import Path

import av
import pytest

from kodipest.engines.media.avc import read_configuration, units
from kodipest.engines.media.boxes import children, find
from kodipest.engines.media.copying import look
from kodipest.engines.media.encoder import ffmpeg_path
from kodipest.engines.media.joining import join_addition
from kodipest.engines.media.manifest import Manifest
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe
from kodipest.engines.media.recipes import plan_for, recipe_for

from . import footage, played

CLEAN = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 60"


def clean(name: str, rest: str = "", codec: str = CLEAN, **more) -> Path:
    """A film with B-frames and a key frame every two seconds, as editors and messengers write."""
    given = {"size": "640x360", "seconds": 7} | more
    return footage.film(name, codec=codec, rest=rest, **given)


def frames_of(path: Path, **options: str) -> list[tuple[float, str]]:
    """Return time and content of each frame as they are shown, counted from the first.

    libavformat shifts fragments with negative offsets by their reordering, which MSE does not:
    `first_shown` looks at the bytes.
    """
    with av.open(str(path), options=options) as container:
        shown = [(frame.time, frame.to_ndarray().tobytes()) for frame in container.decode(video=0)]
    return [
        (round(at - shown[0][0], 3), hashlib.sha256(content).hexdigest()) for at, content in shown
    ]


def first_shown(segment: Path) -> int:
    """Return the tick at which the first frame of a segment is shown: tfdt and its offset."""
    traf = find(segment.read_bytes(), "moof/traf")
    parts = dict(children(traf))
    flags = int.from_bytes(parts["trun"][1:4], "big")
    at = 8 + sum(4 for bit in (0x001, 0x004, 0x100, 0x200, 0x400) if flags & bit)
    (start,) = struct.unpack_from(">Q", parts["tfdt"], 4)
    return start + (struct.unpack_from(">i", parts["trun"], at)[0] if flags & 0x800 else 0)


def same(found: list[tuple[float, str]], source: list[tuple[float, str]]) -> bool:
    """Compare frame by frame; a clock may round a millisecond up."""
    return [content for _at, content in found] == [content for _at, content in source] and all(
        abs(a - b) < 0.002 for (a, _x), (b, _y) in zip(found, source, strict=True)
    )


def prepared(source: Path, out: Path) -> Manifest:
    facts = probe(source)
    return prepare(source, out, probe=facts, recipe=recipe_for("video", facts, "ultrafast"))


@pytest.mark.parametrize(
    ("name", "rest", "codec"),
    [
        ("b_frames.mp4", "", CLEAN),
        ("no_edits.mp4", "-use_editlist 0 -movflags negative_cts_offsets", CLEAN),
        ("baseline.mp4", "", f"{CLEAN} -profile:v baseline"),
        ("main.mov", "", f"{CLEAN} -profile:v main"),
        ("ntsc.mp4", "-r 30000/1001", CLEAN),
        ("short_groups.mp4", "", CLEAN.replace("-g 60", "-g 10")),
        ("uneven_groups.mp4", "", "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 75"),
    ],
)
def test_what_is_clean_comes_out_frame_for_frame(
    name: str, rest: str, codec: str, tmp_path: Path
) -> None:
    source = clean(name, rest, codec)
    manifest = prepared(source, tmp_path / "out")
    top = manifest.rungs[-1]

    assert (top.name, top.is_copied) == ("360p", True)
    assert not manifest.rungs[0].is_copied
    copied = played.rendition(tmp_path / "out", "360p")
    assert same(frames_of(copied.whole), frames_of(source))
    assert first_shown(tmp_path / "out" / "360p" / "000000.m4s") == 0
    assert copied.seconds == pytest.approx(7, abs=0.05)
    assert all(seconds <= 5.5 for seconds in copied.durations)
    assert "#EXT-X-TARGETDURATION:5" in copied.lines


def test_a_player_goes_through_the_playlist_and_sees_the_same(tmp_path: Path) -> None:
    """The HLS client of ffmpeg: from segment to segment, as on a phone."""
    source = clean("through.mp4")
    prepared(source, tmp_path / "out")

    whole = frames_of(tmp_path / "out" / "360p" / "index.m3u8", allowed_extensions="ALL")

    assert same(whole, frames_of(source))


def test_each_segment_stands_alone(tmp_path: Path) -> None:
    """A player that switches to the rung begins at any segment and sees its frames, no noise."""
    source = clean("alone_each.mp4")
    prepared(source, tmp_path / "out")
    folder = tmp_path / "out" / "360p"
    segments = sorted(folder.glob("*.m4s"))
    seen: list[str] = []

    for number, segment in enumerate(segments):
        alone = tmp_path / f"{number}.mp4"
        alone.write_bytes((folder / "init.mp4").read_bytes() + segment.read_bytes())
        seen += [content for _at, content in frames_of(alone)]

    assert len(segments) >= 2
    assert seen == [content for _at, content in frames_of(source)]


def test_copied_and_encoded_rungs_show_the_same_moment(tmp_path: Path) -> None:
    """testsrc counts the seconds: what both rungs show must be equally far."""
    source = clean("moment.mp4", "-bf 3")
    prepared(source, tmp_path / "out")
    low, top = (played.rendition(tmp_path / "out", name) for name in ("240p", "360p"))

    times = [[at for at, _content in frames_of(one.whole)] for one in (low, top)]
    assert times[0] == pytest.approx(times[1], abs=0.001)
    for x, y in ((0.2, 0.5), (0.8, 0.8)):
        colours = [played.colour_at(one.whole, x, y, second=3.5) for one in (low, top)]
        assert colours[0] == pytest.approx(colours[1], abs=24)


def test_the_sound_starts_with_the_copied_picture(tmp_path: Path) -> None:
    """A flash and a beep at 2.5 s, behind B-frames and an edit list."""
    words = "-f lavfi -i color=black:s=320x240:r=30:d=5,geq=lum='if(between(T,2.5,2.6),235,16)'"
    words += ":cb=128:cr=128 -f lavfi -i"
    words += " aevalsrc='if(between(t,2.5,2.6),sin(6283*t),0)':s=48000:d=5"
    source = footage.clip("copied_flash.mp4", f"{words} {CLEAN} -c:a aac")

    manifest = prepared(source, tmp_path / "out")

    assert manifest.rungs[-1].is_copied
    with av.open(str(played.rendition(tmp_path / "out", "240p").whole)) as film:
        shown = list(film.decode(video=0))
        flash = next(f.time for f in shown if f.to_ndarray()[120, 160] > 128) - shown[0].time
    assert first_shown(tmp_path / "out" / "240p" / "000000.m4s") == 0
    with av.open(str(played.rendition(tmp_path / "out", "sound").whole)) as film:
        beep = next(f.time for f in film.decode(audio=0) if abs(f.to_ndarray()).max() > 0.1)
    assert flash == pytest.approx(2.5, abs=0.035)
    assert beep == pytest.approx(2.5, abs=0.05)


def test_the_only_tall_rung_costs_no_decoding(tmp_path: Path) -> None:
    source = clean("tall.mp4", size="1280x720", rate="10", seconds=3, sound="")
    facts = probe(source)
    base, high, _thrift = plan_for("video", facts, preset="ultrafast")

    made = prepare(source, tmp_path / "high", probe=facts, recipe=high)
    prepare(source, tmp_path / "base", probe=facts, recipe=base)
    joined = join_addition(tmp_path / "base", tmp_path / "high")

    assert [rung.is_copied for rung in made.rungs] == [True]
    assert [rung.is_copied for rung in joined.rungs] == [False, False, False, True]
    whole = played.rendition(tmp_path / "base", "high/720p").whole
    assert same(frames_of(whole), frames_of(source))
    assert 'id="720p"' in (tmp_path / "base" / "manifest.mpd").read_text()


def test_a_small_film_that_is_only_copied_still_has_its_stills(tmp_path: Path) -> None:
    manifest = prepared(clean("stills.mp4", size="320x240"), tmp_path / "out")

    assert [(rung.name, rung.is_copied) for rung in manifest.rungs] == [("240p", True)]
    assert manifest.poster == "poster.jpg"
    assert manifest.storyboard is not None


def test_what_an_editor_wrote_between_the_pictures_stays_behind(tmp_path: Path) -> None:
    source = clean("told.mp4", "-metadata title=Aisyah")
    assert b"x264 - core" in source.read_bytes()

    prepared(source, tmp_path / "out")

    segments = list((tmp_path / "out" / "360p").iterdir())
    assert not [path.name for path in segments if b"x264 - core" in path.read_bytes()]
    assert not [path.name for path in segments if b"Aisyah" in path.read_bytes()]


X264 = "-c:v libx264 -preset veryfast -pix_fmt {pixels} -g {group}"


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("rare_keys.mp4", {"codec": X264.format(pixels="yuv420p", group=250), "seconds": 7}),
        ("open_groups.mp4", {"codec": CLEAN + " -bf 3 -x264-params open-gop=1"}),
        ("four_four_four.mp4", {"codec": X264.format(pixels="yuv444p", group=60)}),
        ("ten_bits.mp4", {"codec": X264.format(pixels="yuv420p10le", group=60)}),
        ("full_range.mp4", {"codec": X264.format(pixels="yuvj420p", group=60)}),
        ("woven.mp4", {"codec": CLEAN + " -flags +ildct+ilme"}),
        ("stretched.mp4", {"rest": "-vf setsar=4/3"}),
        ("uneven.mp4", {"rest": "-vf select='not(mod(n,3))+lt(n,20)' -fps_mode vfr"}),
        ("too_fast.mp4", {"rate": "60"}),
        ("odd.mp4", {"size": "641x361", "codec": X264.format(pixels="yuv444p", group=60)}),
        ("no_mp4.mkv", {}),
        ("hevc.mp4", {"codec": "-c:v libx265 -preset ultrafast -x265-params log-level=error"}),
        ("too_dense.mp4", {"codec": CLEAN + " -crf 1 -vf noise=alls=60:allf=t"}),
        ("high_level.mp4", {"codec": CLEAN + " -level 5.1"}),
        ("late.mp4", {"sound_seconds": 9}),
        ("pieces.mp4", {"rest": "-movflags frag_keyframe+empty_moov"}),
    ],
)
def test_in_doubt_it_is_encoded(name: str, more: dict) -> None:
    facts = probe(clean(name, **({"seconds": 3} | more)))

    assert not any(rung.is_copied for rung in recipe_for("video", facts).rungs)


def test_a_film_that_lies_on_its_side_is_encoded() -> None:
    lying = clean("lying.mp4", seconds=2)
    turned = footage.clip("turned.mp4", f"-display_rotation 90 -i {lying} -c copy")

    assert probe(turned).copy_bits == 0


def test_a_picture_that_begins_late_is_encoded() -> None:
    whole = clean("on_time.mp4", seconds=3)
    late = footage.clip(
        "late_picture.mp4", f"-itsoffset 0.5 -i {whole} -i {whole} -map 0:v -map 1:a -c copy"
    )

    assert probe(whole).copy_bits > 0
    assert probe(late).copy_bits == 0


def test_a_cut_at_no_key_frame_is_encoded() -> None:
    """The edit list hides the frames before the cut, which copying would show."""
    whole = clean("for_cutting.mp4")
    cut = footage.clip("hidden_frames.mp4", f"-ss 1.3 -i {whole} -c copy")

    assert probe(cut).copy_bits == 0


def test_two_films_behind_each_other_are_encoded(tmp_path: Path) -> None:
    """Joined without encoding, with parameter sets in the stream: only some players follow."""
    for number, rest in enumerate(("-refs 1", "-refs 4 -profile:v main")):
        part = clean(f"part{number}.ts", codec=f"{CLEAN} {rest}", seconds=2)
        (tmp_path / f"{number}.ts").symlink_to(part)
    both = tmp_path / "both.mp4"
    joined = f"concat:{tmp_path}/0.ts|{tmp_path}/1.ts"
    words = [ffmpeg_path(), "-v", "error", "-i", joined, "-c", "copy", str(both)]
    subprocess.run(words, check=True, capture_output=True)

    assert probe(both).copy_bits == 0


def test_the_copied_bits_are_those_of_the_picture() -> None:
    source = clean("weighed.mp4")
    facts = probe(source)
    with av.open(str(source)) as container:
        size = sum(packet.size for packet in container.demux(video=0))

    assert facts.copy_bits == pytest.approx(size * 8 / 7, rel=0.01)
    assert facts.copy_bits <= facts.copy_peak_bits * 1.3
    assert facts.copy_level == 30


@pytest.mark.parametrize(
    "data", [b"", b"\x01", b"\x01\x64\x00\x1f\xff\xe1\x00\x04\x67", b"\x00\x00\x00\x01\x67"]
)
def test_a_broken_configuration_is_none(data: bytes) -> None:
    assert read_configuration(data) is None


def test_broken_units_end_the_sample() -> None:
    whole = b"\x00\x00\x00\x02\x65\x88" + b"\x00\x00\x00\x09\x41"

    assert list(units(whole, 4)) == [b"\x65\x88"]
    assert list(units(b"\x00\x00\x00\x00", 4)) == []


def test_borders_of_a_copy_are_its_own(tmp_path: Path) -> None:
    """Key frames every 2.5 s: segments of one group each, for two would be too long."""
    source = clean("own_borders.mp4", codec=CLEAN.replace("-g 60", "-g 75"))
    prepared(source, tmp_path / "out")

    assert played.rendition(tmp_path / "out", "360p").durations == pytest.approx([5.0, 2.0])
    found = played.picture(played.rendition(tmp_path / "out", "360p").whole).key_times
    assert {round(b - a, 2) for a, b in pairwise(found)} == {2.5}


def test_look_never_reads_what_is_no_index(tmp_path: Path) -> None:
    source = clean("unindexed.mp4", seconds=2)
    data = source.read_bytes().replace(b"tkhd", b"free")
    other = tmp_path / "no_header.mp4"
    other.write_bytes(data)

    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        frame = next(container.decode(stream))
        assert look(source, container, stream, frame) is not None
        assert look(other, container, stream, frame) is None
