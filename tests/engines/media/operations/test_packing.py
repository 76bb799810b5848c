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
    claim_next,
    request_pack,
    request_transcode,
    retry_transcode,
    sweep_media,
    transcode_next,
)
from kodipest.kernel.errors import Refusal
from tests.factories.media import film

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


# --- a pack for a channel, and the larger pictures


@pytest.fixture(scope="session")
def tall_film(tmp_path_factory):
    return film(tmp_path_factory.mktemp("tall") / "tall.mp4", seconds=1, size="1280x720")


@pytest.fixture
def tall(tall_film, settings, made_once):
    """A film of 720 lines whose base is done and whose larger pictures wait."""
    settings.ENCODER_ADDITIONS = ["high"]
    request_transcode(original=adopt_file(path=tall_film))
    with made_once():
        return transcode_next()


def sizes(base):
    base.refresh_from_db()
    packed = base.manifest["packs"]["television"]["files"]
    return {file["role"]: (file["width"], file["height"]) for file in packed}


def true_size(base, role):
    """Look at the pictures themselves."""
    playlist = storage.rendition_path(base.folder) / files_of(base, "television")[role]
    with av.open(str(playlist)) as opened:
        picture = next(opened.decode(video=0))
        return picture.width, picture.height


def test_a_pack_for_a_channel_waits_for_the_larger_pictures(tall):
    request_pack(transcode=tall, name="television")
    high = tall.additions.get(part="high")
    assert high.turn_at < tall.additions.get(part="television").turn_at  # it was hurried
    assert transcode_next().part == "high"
    made = transcode_next()
    assert (made.part, made.state) == ("television", State.DONE)
    assert sizes(tall)["720p"] == true_size(tall, "720p") == (1280, 720)
    assert true_size(tall, "480p") == (854, 480)
    assert request_pack(transcode=tall, name="television") == made
    assert not queries.is_outdated(made)
    assert transcode_next() is None
    assert faults() == []


def test_while_the_larger_pictures_are_at_work_other_packs_are_made(tall):
    request_pack(transcode=tall, name="television")
    request_pack(transcode=tall, name="sheet")
    assert claim_next(worker="elsewhere/1/1").part == "high"
    assert transcode_next().part == "sheet"
    assert transcode_next() is None


def test_without_larger_pictures_nobody_waits_and_when_they_come_it_is_made_anew(tall):
    cancel_transcode(transcode=tall.additions.get(part="high"))
    request_pack(transcode=tall, name="television")
    small = transcode_next()
    assert (small.part, sizes(tall)["720p"]) == ("television", (854, 480))

    retry_transcode(transcode=tall.additions.get(part="high"))
    assert queries.is_outdated(small)
    request_pack(transcode=tall, name="television")
    assert [transcode_next().part, transcode_next().part] == ["high", "television"]
    assert sizes(tall)["720p"] == true_size(tall, "720p") == (1280, 720)
    assert faults() == []


def test_a_pack_that_does_not_show_the_larger_pictures_is_not_outdated_by_them(tall):
    cancel_transcode(transcode=tall.additions.get(part="high"))
    asked = request_pack(transcode=tall, name="sheet")
    retry_transcode(transcode=tall.additions.get(part="high"))
    assert request_pack(transcode=tall, name="sheet") == asked
