"""The cover that a maker puts beside a sound is what its podcast is known by."""

import av
import pytest
from PIL import Image

from kodipest.engines.media import storage, stores
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.models import Transcode
from kodipest.engines.media.operations import transcode_next
from kodipest.engines.media.uploads import take_copy
from kodipest.kernel.errors import Refusal
from kodipest.stages.publication.operations import ask_for_pack, ask_for_packs, wishes_for
from kodipest.works.models import Asset, Work
from kodipest.works.operations import attach_file, start_work
from tests.engines.media import footage
from tests.factories.people import cast
from tests.factories.stages import published, started_film

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast()


def packs():
    return Transcode.objects.exclude(part="base")


@pytest.fixture
def podcast(settings, people, tmp_path):
    """A sound that Aisyah made with a cover of her own, carried to the public and packed."""
    settings.PACKS_OF_PUBLISHED = {"audio": ["podcast"]}
    work = start_work(
        kind=Work.Kind.AUDIO, title="Suara sawah", organisation=people.house, by=people.aisyah
    )
    put_in(work, footage.sound(seconds=1), people.aisyah)
    put_in(work, painted(tmp_path / "sawah.png"), people.aisyah, role=Asset.Role.COVER)
    while transcode_next():
        pass
    return published(people, Work.objects.get(pk=work.pk))


def put_in(work, path, by, **where):
    with take_copy(path, path.name) as upload:
        attach_file(work=work, upload=upload, by=by, **where)


def painted(path):
    """A large picture of much detail: green above, noise below."""
    picture = Image.effect_noise((1600, 1100), 90).convert("RGB")
    picture.paste((20, 120, 90), (0, 0, 1600, 550))
    picture.save(path)
    return path


def test_the_cover_of_the_studio_is_the_cover_of_the_podcast(podcast):
    assert ask_for_packs() == 1
    asked = packs().get()
    assert len(asked.wishes["cover"]) < 400_000
    assert transcode_next().state == "done"

    base = podcast.revision.main.transcode
    base.refresh_from_db()
    files = base.manifest["packs"]["podcast"]["files"]
    assert [file["file"].rpartition(".")[2] for file in files] == ["m4a", "mp3"]
    for file in files:
        with av.open(str(storage.rendition_path(base.folder) / file["file"])) as sound:
            assert [one.codec_context.name for one in sound.streams.video] == ["mjpeg"]
            (cover,) = [frame.to_image() for frame in sound.decode(video=0)]
        assert cover.size == (1400, 1400)
        assert cover.getpixel((700, 10)) == (0, 0, 0)
        assert cover.getpixel((700, 400)) == pytest.approx((20, 120, 90), abs=14)
    assert not [*storage.rendition_path(base.folder).rglob(".cover")]


def test_a_sound_without_a_cover_has_none_of_ours(podcast):
    main = podcast.revision.main
    Asset.objects.filter(role=Asset.Role.COVER).delete()
    main.revision.__dict__.pop("files", None)
    assert "cover" not in wishes_for(main, "podcast")


def test_a_cover_that_cannot_be_fetched_now_is_waited_for(podcast, people, monkeypatch):
    class Away(stores.Disk):
        def small(self, folder, *names):
            raise Unusable("store_away", "no route to host")

    monkeypatch.setattr(stores, "chosen", Away)
    assert ask_for_packs() == 0
    with pytest.raises(Refusal) as refused:
        ask_for_pack(work=podcast.work, name="podcast", by=people.farid)
    assert refused.value.code == "store_away"
    assert not packs().exists()
    monkeypatch.undo()
    assert ask_for_packs() == 1


def test_a_film_is_packed_without_a_cover_of_its_own(people):
    edition = published(people, started_film(people))
    assert "cover" not in wishes_for(edition.revision.main, "whatsapp")
