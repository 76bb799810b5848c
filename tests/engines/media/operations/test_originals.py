import pytest

from kodipest.engines.media import (
    apart,
    messages,
    queries,
    storage,
    uploads,
)
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.models import Original
from kodipest.engines.media.operations import (
    adopt_file,
    adopt_upload,
)
from kodipest.engines.media.operations import originals as originals_room
from kodipest.kernel.errors import Refusal

pytestmark = pytest.mark.django_db


def test_a_film_is_kept_under_its_hash(clip):
    original = adopt_upload(upload=uploads.take_copy(clip))

    assert original.path.read_bytes() == clip.read_bytes()
    assert original.sha256 == storage.sha256_of(clip)
    assert (original.kind, original.mime) == ("video", "video/mp4")
    assert original.size_bytes == clip.stat().st_size
    assert original.probe["duration_seconds"] == pytest.approx(1, abs=0.2)
    assert list(storage.incoming().iterdir()) == []


def test_the_same_film_twice_is_recognised(clip):
    first = adopt_upload(upload=uploads.take_copy(clip))
    again = adopt_upload(upload=uploads.take_copy(clip))

    assert again == first
    assert Original.objects.count() == 1
    assert list(storage.incoming().iterdir()) == []


def test_a_film_whose_bytes_were_lost_is_healed_by_sending_it_again(clip):
    first = adopt_file(path=clip)
    first.path.unlink()
    assert [broken.row for broken in queries.broken_originals()] == [first]

    assert adopt_file(path=clip) == first
    assert list(queries.broken_originals(thorough=True)) == []


def test_two_adopting_the_same_bytes_at_once_make_one_row(clip, monkeypatch):
    first, second = uploads.take_copy(clip), uploads.take_copy(clip)
    look = originals_room._look_at
    rows = []

    def look_while_the_other_finishes(path):
        monkeypatch.setattr(originals_room, "_look_at", look)
        rows.append(adopt_upload(upload=second))
        return look(path)

    monkeypatch.setattr(originals_room, "_look_at", look_while_the_other_finishes)
    rows.append(adopt_upload(upload=first))

    assert rows[0] == rows[1]
    assert Original.objects.count() == 1
    assert list(queries.broken_originals(thorough=True)) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"Bismillah, this is a letter and not a film.\n" * 50, "not_media"),
        (
            b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n#EXT-X-ENDLIST\n",
            "disguised",
        ),
    ],
)
def test_what_is_no_film_is_refused_and_not_kept(tmp_path, content, code):
    path = tmp_path / "film.mp4"
    path.write_bytes(content)

    with pytest.raises(Refusal) as refused:
        adopt_file(path=path)

    assert refused.value.code == code
    assert not Original.objects.exists()
    assert not [it for it in storage.media_root().rglob("*") if it.is_file()]


def test_a_film_cut_off_before_its_index_is_damaged(clip, tmp_path):
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip.read_bytes()[: clip.stat().st_size // 3])

    with pytest.raises(Refusal) as refused:
        adopt_file(path=cut)
    assert refused.value.code == "damaged"


@pytest.mark.parametrize("code", [*Unusable.__init__.__annotations__["code"].__args__])
def test_each_reason_has_words_in_the_readers_language(clip, monkeypatch, code):
    def unusable(_path):
        raise Unusable(code, "box moov missing")

    monkeypatch.setattr(apart, "probe_apart", unusable)
    with pytest.raises(Refusal) as refused:
        adopt_file(path=clip)

    assert refused.value.code == code
    assert refused.value.messages == [str(messages.words(code))]
    assert "moov" not in refused.value.messages[0]
    assert code == "encoder_failed" or messages.words(code) != messages.words("encoder_failed")
    assert list(storage.incoming().iterdir()) == []


def test_trouble_of_the_disk_is_not_blamed_on_the_film(clip, monkeypatch):
    def full(_self, _target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.Upload, "move_to", full)
    with pytest.raises(Refusal) as refused:
        adopt_file(path=clip)
    assert refused.value.code == "no_space"

    def broken(_self, _target):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(uploads.Upload, "move_to", broken)
    with pytest.raises(OSError, match="Input/output"):
        adopt_file(path=clip)
    assert list(storage.incoming().iterdir()) == []
