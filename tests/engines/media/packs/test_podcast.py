"""Sounds to subscribe to: chapters, cover and words as the caller gave them."""

from pathlib import Path

import av
import pytest

from kodipest.engines.media.packs import make_pack
from kodipest.engines.media.packs.facts import Chapter, Wishes
from kodipest.engines.media.packs.podcast import metadata_text
from tests.engines.media.packs import prepared

TITLE = "Kisah; = Sumur #1 \\ بئر"


@pytest.mark.parametrize("name", ["sound.m4a", "sound.mp3"])
def test_a_player_finds_title_chapters_and_cover(tmp_path: Path, name: str) -> None:
    wishes = Wishes(
        title=TITLE,
        artist="Kang Fauzan",
        cover=prepared.picture(tmp_path / "cover.png"),
        chapters=(Chapter(1.5, "Tengah"), Chapter(0, "Awal = niat"), Chapter(99, "Tidak ada")),
    )
    make_pack("podcast", prepared.of_sound(), tmp_path / "out", wishes=wishes)
    with av.open(str(tmp_path / "out" / name)) as sound:
        assert sound.metadata["title"] == TITLE
        assert sound.metadata["artist"] == "Kang Fauzan"
        chapters = [
            (round(each["start"] * float(each["time_base"] or 0), 2), each["metadata"]["title"])
            for each in sound.chapters()
        ]
        assert chapters == [(0, "Awal = niat"), (1.5, "Tengah")]
        (cover,) = sound.streams.video
        assert (cover.width, cover.height) == (1400, 1400)
        seconds = sum(frame.samples for frame in sound.decode(audio=0)) / 48_000
    assert seconds == pytest.approx(3, abs=0.1)


def test_without_wishes_nobody_is_named(tmp_path: Path) -> None:
    pack = make_pack("podcast", prepared.folder(), tmp_path / "out")
    assert [file.mime for file in pack.files] == ["audio/mp4", "audio/mpeg"]
    with av.open(str(tmp_path / "out/sound.mp3")) as sound:
        assert set(sound.metadata) <= {"encoder"}
        assert sound.chapters() == []


def test_a_line_break_begins_no_other_key() -> None:
    text = metadata_text(Wishes(title="Satu\nartist=Bukan"), 10)
    assert text == ";FFMETADATA1\ntitle=Satu\\\nartist\\=Bukan\n"
