"""The one door: what it refuses, what it lets pass through, and what it never leaves behind."""

from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from kodipest.engines.media import prepare as prepare_room
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.facts import Probe
from kodipest.engines.media.prepare import Progress, prepare
from kodipest.engines.media.probe import probe
from kodipest.engines.media.recipes import plan_for
from kodipest.engines.media.taps import Tap

from . import footage
from .made import made_from


def test_a_film_without_its_end_plays_to_where_it_goes(tmp_path: Path) -> None:
    whole = footage.film("for_cut.mp4", seconds=4, rest="-movflags +faststart -g 15")
    source = footage.cut(whole, 0.6, "for_cut_cut.mp4")

    manifest = made_from(source, tmp_path / "out")

    assert 1.5 < manifest.duration_seconds < 3.5


def test_what_the_listener_raises_stops_everything_and_passes_through(tmp_path: Path) -> None:
    class LeaseLostError(Exception):
        pass

    def raise_when_moving(progress: Progress) -> None:
        if progress.first_playable:
            raise LeaseLostError

    source = footage.film("thirty.mp4", seconds=30)
    with pytest.raises(LeaseLostError):
        prepare(
            source,
            tmp_path / "out",
            probe=probe(source),
            preset="veryfast",
            on_progress=raise_when_moving,
            threads=1,
        )

    assert not [p for p in psutil.Process().children(recursive=True) if "ffmpeg" in p.name()]
    assert not (tmp_path / "out" / "manifest.json").exists()
    assert not (tmp_path / "out" / ".work").exists()


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    source = footage.film()

    with pytest.raises(FileExistsError):
        made_from(source, tmp_path)

    assert (tmp_path / "kept.txt").read_text() == "kept"


def test_an_output_much_shorter_than_the_promise_is_not_called_done(tmp_path: Path) -> None:
    source = footage.film(seconds=2)
    boastful = replace(probe(source), duration_seconds=9.0, video_seconds=9.0)

    with pytest.raises(Unusable, match=r"240p: 2.00 s, expected 9.00 s") as refused:
        prepare(source, tmp_path / "out", probe=boastful, preset="ultrafast")

    assert refused.value.code == "encoder_failed"
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_a_probe_that_lies_about_the_container_opens_nothing(tmp_path: Path) -> None:
    """The second lock: even if a playlist were taken for a film, no other file is opened."""
    secret = footage.film("secret.mp4")
    listed = footage.written(
        "trap.mp4", f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n".encode()
    )
    fooled = Probe(
        kind="video",
        container="mp4",
        mime="video/mp4",
        duration_seconds=1,
        video_seconds=1,
        width=320,
        height=240,
        fps=30,
        video_index=0,
    )

    with pytest.raises(Unusable) as refused:
        prepare(listed, tmp_path / "out", probe=fooled)

    assert refused.value.code == "encoder_failed"
    assert not list((tmp_path / "out").rglob("*.m4s"))


def test_the_name_of_a_source_never_reaches_the_encoder(tmp_path: Path) -> None:
    strange = tmp_path / "-i نور 光 %d;$(id)|.mp4"
    strange.write_bytes(footage.film().read_bytes())

    assert made_from(strange, tmp_path / "out").kind == "video"


def test_a_full_disk_that_the_muxer_hid_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare_room, "NO_SPACE_BELOW_BYTES", 10**18)
    boastful = replace(probe(footage.film()), duration_seconds=9.0, video_seconds=9.0)

    with pytest.raises(Unusable, match=r"bytes free; 240p: 1\.00 s, expected 9\.00 s") as refused:
        prepare(footage.film(), tmp_path / "out", probe=boastful, preset="ultrafast")

    assert refused.value.code == "no_space"


def test_a_full_disk_of_the_listener_is_the_listeners(tmp_path: Path) -> None:
    def fail(_progress: Progress) -> None:
        raise OSError(28, "the database's disk is full")

    with pytest.raises(OSError, match="the database's disk is full"):
        prepare(footage.film(), tmp_path / "out", probe=probe(footage.film()), on_progress=fail)


def test_a_full_disk_while_a_picture_is_saved_is_named(tmp_path: Path) -> None:
    """The document goes to /dev/full, which is full for everybody."""
    source = footage.written("full.pdf", b"%PDF-1.4\nstartxref\n0\n%%EOF")
    out = tmp_path / "out"
    out.mkdir()
    facts = probe(source)

    class Late:
        """Put the trap in place after prepare() has seen an empty folder."""

        def __call__(self, *_words: object) -> str:
            with Path("/dev/full").open("wb", buffering=0) as full:
                full.write(b"x")
            raise AssertionError("unreachable")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prepare_room, "make_apart", Late())
        with pytest.raises(Unusable) as refused:
            prepare(source, out, probe=facts)

    assert refused.value.code == "no_space"


def test_a_film_that_is_mostly_noise_is_called_damaged(tmp_path: Path) -> None:
    """Index and first picture are right; the encoder is the first to meet the rest."""
    whole = footage.film("noise_behind.mp4", seconds=3, sound="", rest="-movflags +faststart -g 5")
    data = bytearray(whole.read_bytes())
    body = data.index(b"mdat") + 6000
    data[body:] = bytes((n * 7919 >> 3) & 255 for n in range(len(data) - body))

    with pytest.raises(Unusable) as refused:
        made_from(footage.written("noise_behind_it.mp4", bytes(data)), tmp_path / "out")

    assert refused.value.code == "damaged"


def test_what_a_phone_wrote_into_a_film_stays_in_the_original(tmp_path: Path) -> None:
    told = "-metadata title=Aisyah -metadata location=-6.2+106.8/ -metadata comment=Aisyah"
    told += " -metadata:s:a handler_name=Aisyah -metadata:s:v handler_name=Aisyah"
    source = footage.film("told.mp4", rest=f"{told} -movflags use_metadata_tags")
    assert b"Aisyah" in source.read_bytes()
    assert b"106.8" in source.read_bytes()
    made_from(source, tmp_path / "out")

    assert not words_in(tmp_path / "out", b"Aisyah", b"106.8")


def words_in(folder: Path, *words: bytes) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [path.name for path in files if any(word in path.read_bytes() for word in words)]


def test_what_taps_measured_is_told_to_the_caller_and_not_to_the_public(tmp_path: Path) -> None:
    source = footage.film("told_alone.mp4", seconds=1)

    def read(folder: Path, facts: Probe) -> dict[str, object]:
        lines = (folder / "seen.txt").read_text().splitlines()
        stills = sorted(path.name[:4] for path in folder.glob("*-00001.jpg"))
        return {"frames": len(lines) // 2, "stills": stills, "width": facts.width}

    tap = Tap(
        "look",
        read,
        picture="signalstats,metadata=mode=print:file=seen.txt:key=lavfi.signalstats.YAVG",
    )
    facts = probe(source)
    recipe = plan_for("video", facts, preset="ultrafast")[0]
    manifest = prepare(source, tmp_path / "out", probe=facts, recipe=recipe, taps=[tap])

    assert manifest.measured == {"look": {"frames": 30, "stills": ["cand", "shot"], "width": 320}}
    assert "measured" not in (tmp_path / "out" / "manifest.json").read_text()
    assert not list((tmp_path / "out").rglob("seen.txt"))
