from datetime import timedelta

import pytest
from django.test import Client

from kodipest.engines.media import storage, views
from kodipest.engines.media.operations import publish_folder, unpublish_folder
from kodipest.kernel.errors import Refusal
from tests.factories.media import TranscodeFactory, fill_folder

pytestmark = pytest.mark.django_db

FINISHED = b"#EXTM3U\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXTINF:4,\n0.m4s\n#EXT-X-ENDLIST\n"
SEGMENT = bytes(range(256)) * 4000  # about 1 MB: several blocks


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def film(db):
    transcode = TranscodeFactory(done=True)
    folder = fill_folder(
        transcode,
        master_m3u8=FINISHED,
        poster_jpg=b"jpeg",
        board_vtt=b"WEBVTT",
        document_pdf=b"%PDF-1.7",
        document_epub=b"PK",
        manifest_json=b"{}",
        notes_html=b"<script>",
    )
    (folder / "v").mkdir()
    (folder / "v" / "0.m4s").write_bytes(SEGMENT)
    (folder / "v" / "none.m4s").write_bytes(b"")
    (folder / "link.jpg").symlink_to(transcode.original.path)
    return transcode


@pytest.fixture
def shown(film):
    publish_folder(film)
    return film


@pytest.fixture
def client():
    return Reader()


class Reader(Client):
    """A client that reads every answer to its end, as a browser does."""

    def request(self, **request):
        response = super().request(**request)
        response.body = b"".join(response) if response.streaming else response.content
        response.close()
        return response


def body(response):
    return response.body


def get(client, transcode, name, **headers):
    return client.get(storage.public_url(transcode, name), headers=headers)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("master.m3u8", "application/vnd.apple.mpegurl"),
        ("v/0.m4s", "video/iso.segment"),
        ("poster.jpg", "image/jpeg"),
        ("board.vtt", "text/vtt; charset=utf-8"),
        ("document.pdf", "application/pdf"),
    ],
)
def test_a_stranger_reads_what_is_published(client, shown, name, kind):
    response = get(client, shown, name)

    assert response.status_code == 200
    assert response["Content-Type"] == kind
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "noindex" in response["X-Robots-Tag"]
    assert not response.cookies
    assert body(response) == (storage.rendition_path(shown.folder) / name).read_bytes()


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "notes.html",
        "nothing.m4s",
        "link.jpg",
        "v",
        "../../originals/aa/x.jpg",
        "%2e%2e/%2e%2e/x.jpg",
        "v/../master.m3u8",
        "v//0.m4s",
        ".hidden.jpg",
        "poster.jpg/",
        "poster.jpg%00.jpg",
        "poster.jpg%0a",
    ],
)
def test_nothing_else_is_served(client, shown, name):
    assert client.get(f"/media/public/{shown.folder}/{name}").status_code == 404


def test_what_is_not_published_is_not_there(client, film):
    assert get(client, film, "master.m3u8").status_code == 404


def test_what_is_taken_off_is_gone_at_once(client, shown):
    unpublish_folder(shown)

    assert get(client, shown, "master.m3u8").status_code == 404


@pytest.mark.parametrize("folder", ["..", "../renditions", "incoming", "x" * 34])
def test_a_strange_folder_is_not_there(client, folder):
    assert client.get(f"/media/public/{folder}/poster.jpg").status_code == 404
    token = storage.sign_folder(folder, timedelta(hours=1))
    assert client.get(f"/media/s/{token}/{folder}/poster.jpg").status_code == 404


def test_only_a_finished_transcode_is_published():
    with pytest.raises(Refusal) as refused:
        publish_folder(TranscodeFactory(running=True))

    assert refused.value.code == "not_ready"


def test_a_signed_address_opens_an_unpublished_folder(client, film):
    response = client.get(storage.private_url(film, "v/0.m4s"))

    assert body(response) == SEGMENT
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"


def test_a_wrong_an_ended_and_a_foreign_token_open_nothing(client, film, monkeypatch):
    other = TranscodeFactory(done=True)
    foreign = storage.sign_folder(other.folder, timedelta(hours=1))
    address = storage.private_url(film, "poster.jpg")
    now = storage.time.time()

    assert client.get(f"/media/s/{foreign}/{film.folder}/poster.jpg").status_code == 404
    assert client.get(f"/media/s/x/{film.folder}/poster.jpg").status_code == 404
    monkeypatch.setattr(storage.time, "time", lambda: now + 14 * 3600)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-", 0, len(SEGMENT) - 1),
        ("bytes=0-0", 0, 0),
        ("bytes=100-299999", 100, 299_999),
        ("bytes=-5", len(SEGMENT) - 5, len(SEGMENT) - 1),
        ("bytes=-99999999", 0, len(SEGMENT) - 1),
        (f"bytes={len(SEGMENT) - 1}-99999999", len(SEGMENT) - 1, len(SEGMENT) - 1),
    ],
)
def test_ranges(client, shown, asked, start, end):
    response = get(client, shown, "v/0.m4s", range=asked, accept_encoding="gzip")

    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end}/{len(SEGMENT)}"
    assert response["Content-Length"] == str(end - start + 1)
    assert "Content-Encoding" not in response
    assert body(response) == SEGMENT[start : end + 1]


@pytest.mark.parametrize("asked", [f"bytes={len(SEGMENT)}-", "bytes=-0"])
def test_a_range_beyond_the_end(client, shown, asked):
    response = get(client, shown, "v/0.m4s", range=asked)

    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(SEGMENT)}"


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=0-1,4-5", "lines=1-2", "bytes=-", "x"])
def test_a_range_we_do_not_follow_gives_the_whole(client, shown, asked):
    response = get(client, shown, "v/0.m4s", range=asked)

    assert response.status_code == 200
    assert response["Content-Length"] == str(len(SEGMENT))
    assert body(response) == SEGMENT


def test_if_range_of_another_version_gives_the_whole(client, shown):
    etag = get(client, shown, "v/0.m4s")["ETag"]

    same = get(client, shown, "v/0.m4s", range="bytes=0-9", if_range=etag)
    other = get(client, shown, "v/0.m4s", range="bytes=0-9", if_range='"other"')
    assert (same.status_code, other.status_code) == (206, 200)


def test_an_unchanged_file_is_not_sent_again(client, shown):
    first = get(client, shown, "v/0.m4s")
    again = get(client, shown, "v/0.m4s", if_none_match=first["ETag"])

    assert first["Cache-Control"] == "public, max-age=31536000, immutable, s-maxage=300"
    assert again.status_code == 304
    assert again["Cache-Control"] == first["Cache-Control"]


def test_an_empty_file(client, shown):
    response = get(client, shown, "v/none.m4s")

    assert (response.status_code, body(response)) == (200, b"")


def test_head_tells_the_length_and_sends_nothing(client, shown):
    response = client.head(storage.public_url(shown, "v/0.m4s"))

    assert response.status_code == 200
    assert response["Content-Length"] == str(len(SEGMENT))
    assert response["Accept-Ranges"] == "bytes"
    assert body(response) == b""


def test_only_reading_is_possible(client, shown):
    assert client.post(storage.public_url(shown, "poster.jpg")).status_code == 405


def test_a_finished_playlist_is_asked_for_again_each_minute(client, shown):
    response = get(client, shown, "master.m3u8")

    assert response["Cache-Control"] == "public, max-age=60"
    assert response.has_header("ETag")


def test_a_growing_folder_is_never_kept(client):
    transcode = TranscodeFactory(running=True)
    fill_folder(transcode, master_m3u8=b"#EXTM3U\n#EXTINF:4,\n0.m4s\n", init_mp4=b"moov")

    playlist = client.get(storage.private_url(transcode, "master.m3u8"))
    start = client.get(storage.private_url(transcode, "init.mp4"))
    assert playlist["Cache-Control"] == "no-store"
    assert start["Cache-Control"] == "private, no-cache"
    assert body(start) == b"moov"


@pytest.mark.parametrize(
    ("wanted", "offered"),
    [
        ("Salawat.pdf", 'attachment; filename="Salawat.pdf"'),
        ("../../evil.html", 'attachment; filename="evil.html.pdf"'),
        ("a\r\nSet-Cookie: b", 'attachment; filename="a Set-Cookie: b.pdf"'),
        ("كتاب.pdf", "attachment; filename*=utf-8''%D9%83%D8%AA%D8%A7%D8%A8.pdf"),
    ],
)
def test_downloads_are_given_a_clean_name(client, shown, wanted, offered):
    response = client.get(storage.public_url(shown, "document.pdf") + "?", {"name": wanted})

    assert response["Content-Disposition"] == offered


def test_an_e_book_is_saved_never_opened_here(client, shown):
    assert get(client, shown, "document.epub")["Content-Disposition"].startswith("attachment")


def test_a_page_in_another_language_has_the_same_addresses(shown):
    client = Reader(headers={"accept-language": "zh-hans"})

    assert storage.public_url(shown, "poster.jpg").startswith("/media/")
    assert get(client, shown, "poster.jpg").status_code == 200


def test_a_file_that_goes_while_it_is_asked_for_is_not_there(client, shown, monkeypatch):
    def gone(_path, _mode):
        raise FileNotFoundError

    monkeypatch.setattr(views.Path, "open", gone)
    assert get(client, shown, "poster.jpg").status_code == 404


def test_taking_off_what_was_never_public_changes_nothing(film):
    unpublish_folder(TranscodeFactory())
    unpublish_folder(film)

    assert storage.public_folders() == set()


def test_a_server_in_front_asks_whether_a_token_opens_a_folder(client, film):
    other = TranscodeFactory(done=True)
    token = storage.sign_folder(film.folder, timedelta(hours=1))
    asked = f"/media/opens/{token}/{film.folder}/v/0.m4s"
    yes, no = client.get(asked), client.get(asked.replace("~", "~A"))

    assert (yes.status_code, body(yes)) == (204, b"")
    assert no.status_code == 404
    assert client.get(asked.replace(film.folder, other.folder)).status_code == 404
