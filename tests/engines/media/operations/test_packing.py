"""Packs: asked for when a film is done, joined to its folder, made anew with other wishes."""

import base64
import io

import av
import pytest
from PIL import Image

from kodipest.engines.media import queries, storage
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import (
    adopt_file,
    cancel_transcode,
    request_pack,
    request_transcode,
    sweep_media,
    transcode_next,
)
from kodipest.kernel.errors import Refusal

pytestmark = pytest.mark.django_db

State = Transcode.State


@pytest.fixture
def base(clip, made_once):
    request_transcode(original=adopt_file(path=clip))
    with made_once():
        return transcode_next()


def faults():
    return [found.reason for found in queries.broken_transcodes()]


def files_of(base, name):
    base.refresh_from_db()
    return {file["role"]: file["file"] for file in base.manifest["packs"][name]["files"]}


def card():
    drawn = io.BytesIO()
    Image.new("RGB", (64, 36), "green").save(drawn, "PNG")
    return base64.b64encode(drawn.getvalue()).decode()


@pytest.mark.parametrize("name", ["whatsapp", "podcast", "television", "sheet"])
def test_a_pack_joins_the_folder_of_its_film(base, name):
    asked = request_pack(transcode=base, name=name, wishes={"title": "Sumur", "card": card()})
    made = transcode_next()
    assert (made, made.state, made.folder) == (asked, State.DONE, "")
    folder = storage.rendition_path(base.folder)
    assert all((folder / file).stat().st_size for file in files_of(base, name).values())
    assert base.manifest["parts"] == ["base", name]
    assert ".card" not in {path.name for path in folder.rglob("*")}
    assert faults() == []
    assert {path.name for path in storage.renditions().iterdir()} == {base.folder}
    assert not sweep_media()


def test_a_podcast_holds_the_chapters_it_was_asked_with(base):
    chapters = [[0, "Sungai"], [0.5, "Daun"]]
    request_pack(transcode=base, name="podcast", wishes={"chapters": chapters})
    transcode_next()
    sound = storage.rendition_path(base.folder) / files_of(base, "podcast")["sound"]
    with av.open(str(sound)) as opened:
        told = [
            [float(each["start"] * each["time_base"]), each["metadata"]["title"]]
            for each in opened.chapters()
        ]
    assert told == chapters


def test_players_never_hear_of_it(base):
    folder = storage.rendition_path(base.folder)
    before = (folder / "master.m3u8").read_bytes(), (folder / "manifest.mpd").read_bytes()
    request_pack(transcode=base, name="whatsapp")
    transcode_next()
    assert before == (
        (folder / "master.m3u8").read_bytes(),
        (folder / "manifest.mpd").read_bytes(),
    )


def test_asking_twice_is_asking_once(base):
    first = request_pack(transcode=base, name="sheet", wishes={"title": "Sumur"})
    assert request_pack(transcode=base, name="sheet", wishes={"title": "Sumur"}) == first
    transcode_next()
    again = request_pack(transcode=base, name="sheet", wishes={"title": "Sumur"})
    assert (again, again.state) == (first, State.DONE)
    assert transcode_next() is None


def test_other_wishes_make_it_anew_under_another_address(base):
    request_pack(transcode=base, name="podcast", wishes={"title": "Sumur"})
    transcode_next()
    old = files_of(base, "podcast")["sound"]
    request_pack(transcode=base, name="podcast", wishes={"title": "Sumur Tua"})
    assert files_of(base, "podcast")["sound"] == old  # until the new one is there
    assert transcode_next().state == State.DONE
    new = files_of(base, "podcast")["sound"]
    folder = storage.rendition_path(base.folder)
    assert new != old
    assert (folder / new).is_file()
    assert not (folder / old).exists()
    assert faults() == []


def test_one_that_was_called_off_is_made_when_asked_again(base):
    cancel_transcode(transcode=request_pack(transcode=base, name="sheet"))
    assert request_pack(transcode=base, name="sheet").state == State.WAITING
    assert transcode_next().state == State.DONE


def test_a_film_that_is_not_ready_has_none(clip):
    waiting = request_transcode(original=adopt_file(path=clip))
    with pytest.raises(Refusal) as refused:
        request_pack(transcode=waiting, name="sheet")
    assert refused.value.codes == ["not_ready"]


def test_what_cannot_be_made_fails_and_takes_nothing(base):
    request_pack(transcode=base, name="whatsapp", wishes={"card": base64.b64encode(b"no").decode()})
    failed = transcode_next()
    assert (failed.state, bool(failed.error_code)) == (State.FAILED, True)
    base.refresh_from_db()
    assert base.manifest["packs"] == {}
    assert faults() == []
