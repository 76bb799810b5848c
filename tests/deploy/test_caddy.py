"""The Caddyfile of a hub, in the real server, beside what Django answers to the same questions."""

import email.message
import subprocess
from datetime import timedelta
from http import HTTPStatus

import pytest

from kodipest.engines.media import storage, views
from kodipest.engines.media.operations import publish_folder, unpublish_folder
from tests.deploy.caddy import CADDYFILE, PROGRAM, Answer, ask, running
from tests.deploy.program import serving
from tests.factories.media import TranscodeFactory, fill_folder

pytestmark = pytest.mark.django_db(transaction=True)

SEGMENT = bytes(range(256)) * 1200
PLAYLIST = b"#EXTM3U\n" + b"#EXTINF:4,\nv/0.m4s\n" * 60 + b"#EXT-X-ENDLIST\n"
# What a cache, a browser or a player goes by. The ETag of each server is its own.
TELLING = (
    "content-type",
    "content-length",
    "content-range",
    "content-encoding",
    "accept-ranges",
    "cache-control",
    "x-content-type-options",
    "x-robots-tag",
    "x-frame-options",
    "referrer-policy",
    "cross-origin-resource-policy",
    "set-cookie",
    "location",
)
FILES = [f"file{suffix}" for suffix in views.TYPES]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    storage.renditions()
    storage.public()


@pytest.fixture
def film():
    transcode = TranscodeFactory(done=True)
    folder = fill_folder(transcode, master_m3u8=PLAYLIST, manifest_json=b"{}", notes_html=b"<p>")
    for name in FILES:
        (folder / name).write_bytes(f"{name}, some bytes of it".encode())
    (folder / "v").mkdir()
    (folder / "v" / "0.m4s").write_bytes(SEGMENT)
    (folder / "v" / "none.m4s").write_bytes(b"")
    (folder / "v.mp4").mkdir()
    (folder / "index.html").write_text("<p>")
    (folder / ".work").mkdir()
    (folder / ".work" / "a.mp4").write_bytes(b"half")
    (folder / ".hidden.jpg").write_bytes(b"half")
    publish_folder(transcode)
    return transcode


@pytest.fixture
def growing():
    transcode = TranscodeFactory(running=True)
    fill_folder(transcode, master_m3u8=PLAYLIST, init_mp4=b"moov", one_m4s=b"moof")
    storage.link_public(transcode.folder)
    return transcode


@pytest.fixture
def django(transactional_db):
    with serving() as address:
        yield address


@pytest.fixture
def caddy(tmp_path, django):
    with running(tmp_path, state=str(tmp_path), web=django) as address:
        yield address


def telling(answer: Answer) -> tuple[int, dict[str, str]]:
    told = {name: answer.headers.get(name, "") for name in TELLING}
    if answer.status == HTTPStatus.NOT_MODIFIED:  # it has no body, whatever length is told
        del told["content-length"]
    return answer.status, told


def both(caddy, django, path, method="GET", **headers):
    """Ask both; what they say must be the same."""
    here, there = (ask(address, path, method, **headers) for address in (caddy, django))
    assert telling(here) == telling(there), path
    if here.status < 300:
        assert here.body == there.body
    return here


def addresses(transcode, name):
    """Return the public and the signed address of `name`."""
    return storage.public_url(transcode, name), storage.private_url(transcode, name)


QUESTIONS = [
    {},
    {"method": "HEAD"},
    {"Range": "bytes=0-"},
    {"Range": "bytes=0-0"},
    {"Range": "bytes=100-299"},
    {"Range": "bytes=100-99999999"},
    {"Range": "bytes=-5"},
    {"Range": "bytes=-99999999"},
    {"Range": "bytes=0-1,4-5"},
    {"Range": "lines=1-2"},
    {"Range": "bytes=-"},
    {"Range": "bytes=0-9", "If_Range": '"another"'},
    {"If_None_Match": '"another"'},
    {"If_None_Match": "*"},
    {"Accept_Encoding": "gzip, br, zstd"},
    {"Cookie": "kodipest=somebody"},
    {"X_Media_Query": "a=b"},
]


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_a_segment_is_answered_as_django_does(caddy, django, film, question):
    for path in addresses(film, "v/0.m4s"):
        answer = both(caddy, django, path, **question)
        assert answer.status in {200, 206, 304}


def test_every_kind_is_answered_as_django_does(caddy, django, film):
    for name in FILES:
        for path in addresses(film, name):
            for method in ("GET", "HEAD"):
                assert both(caddy, django, path, method).status == 200
            ranged = both(caddy, django, path, Range="bytes=2-5")
            assert ranged.status == (200 if name.endswith(tuple(views.TEXT)) else 206)


def test_an_empty_file(caddy, django, film):
    for path in addresses(film, "v/none.m4s"):
        assert both(caddy, django, path).body == b""


def test_a_range_beyond_the_end(caddy, django, film):
    for path in addresses(film, "v/0.m4s"):
        here, there = (
            ask(server, path, Range=f"bytes={len(SEGMENT)}-") for server in (caddy, django)
        )
        assert here.status == there.status == 416
        assert here.headers["content-range"] == there.headers["content-range"]
        # A cache may keep a refusal no longer than the program says; Caddy lets nobody keep it.
        assert "max-age" not in here.headers.get("cache-control", "")


def test_an_unchanged_file_is_not_sent_again(caddy, film):
    for path in addresses(film, "v/0.m4s"):
        first = ask(caddy, path)
        again = ask(caddy, path, If_None_Match=first.headers["etag"])
        ranged = ask(caddy, path, Range="bytes=0-9", If_Range=first.headers["etag"])

        assert first.headers["etag"].startswith('"')
        assert (again.status, again.body) == (304, b"")
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert (ranged.status, ranged.body) == (206, SEGMENT[:10])


def test_playlists_are_packed_and_segments_are_not(caddy, film):
    for packing in ("gzip", "zstd"):
        packed = ask(caddy, storage.public_url(film, "master.m3u8"), Accept_Encoding=packing)
        plain = ask(caddy, storage.public_url(film, "v/0.m4s"), Accept_Encoding=packing)

        assert packed.headers["content-encoding"] == packing
        assert packed.headers["vary"] == "Accept-Encoding"
        assert len(packed.body) < len(PLAYLIST) / 4
        assert plain.body == SEGMENT


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "notes.html",
        "index.html",
        "nothing.m4s",
        "v",
        "v/",
        "v.mp4",
        "v.mp4/",
        "",
        ".work/a.mp4",
        "%2ework/a.mp4",
        ".hidden.jpg",
        "v/../file.jpg",
        "v/%2e%2e/file.jpg",
        "./file.jpg",
        "../../originals/aa/x.jpg",
        "%2e%2e/%2e%2e/originals/aa/x.jpg",
        "..%2f..%2foriginals/aa/x.jpg",
        "..\\..\\file.jpg",
        "v//0.m4s",
        "/v/0.m4s",
        "file.jpg/",
        "file.jpg%00",
        "file.jpg%00.jpg",
        "file.jpg%0a",
        "file.JPG",
        "file.jpg;.m4s",
    ],
)
def test_nothing_else_is_served(caddy, django, film, name):
    (storage.originals() / "aa").mkdir()
    (storage.originals() / "aa" / "x.jpg").write_bytes(b"untouched")
    for path in addresses(film, "file.jpg"):
        for server in (caddy, django):
            answer = ask(server, path.replace("file.jpg", name))
            assert (answer.status, server) == (404, server)
        assert answer.body != b"untouched"
        no = ask(caddy, path.replace("file.jpg", name))
        assert (no.body, no.headers["cache-control"]) == (b"", "no-store")
        assert "content-type" not in no.headers


@pytest.mark.parametrize(
    "path",
    [
        "/media/",
        "/media/public/",
        "/media/public/../originals/aa/x.jpg",
        "/media/public/%2e%2e/originals/aa/x.jpg",
        "/media/originals/aa/x.jpg",
        "/media/renditions/{folder}/file.jpg",
        "/media/public/renditions/{folder}/file.jpg",
        "/media/public/.{folder}/file.jpg",
        "/media/public/{folder}-1/file.jpg",
        "/media//public/{folder}/file.jpg",
        "/media/s/x/{folder}/file.jpg",
        "/media/s//{folder}/file.jpg",
        "/media/opens/{token}/{folder}/file.jpg",
    ],
)
def test_no_other_way_leads_to_a_file(caddy, film, path):
    token = storage.sign_folder(film.folder, timedelta(hours=1))
    assert ask(caddy, path.format(folder=film.folder, token=token)).status == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_only_reading_is_possible(caddy, film, method):
    public, signed = addresses(film, "file.jpg")

    assert ask(caddy, public, method, Content_Length="0").status == 405
    assert ask(caddy, signed, method, Content_Length="0").status == 405


def test_a_growing_folder_is_never_kept(caddy, django, growing):
    for name, kept in (("master.m3u8", "no-store"), ("init.mp4", "no-cache"), ("one.m4s", "year")):
        for path in addresses(growing, name):
            caching = both(caddy, django, path).headers["cache-control"]
            assert kept in caching.replace("max-age=31536000", "year")


def test_what_is_withdrawn_is_gone_at_once(caddy, film):
    path = storage.public_url(film, "v/0.m4s")
    assert ask(caddy, path).status == 200

    unpublish_folder(film)
    assert ask(caddy, path).status == 404
    publish_folder(film)
    assert ask(caddy, path).status == 200


def test_what_was_never_published_is_not_there(caddy, film):
    secret = TranscodeFactory(done=True)
    fill_folder(secret, poster_jpg=b"jpeg", manifest_json=b"{}")

    assert ask(caddy, storage.public_url(secret, "poster.jpg")).status == 404
    assert ask(caddy, storage.private_url(secret, "poster.jpg")).body == b"jpeg"


def test_a_wrong_an_ended_and_a_foreign_token_open_nothing(caddy, film, monkeypatch):
    other = TranscodeFactory(done=True)
    foreign = storage.sign_folder(other.folder, timedelta(hours=1))
    address = storage.private_url(film, "v/0.m4s")
    now = storage.time.time()
    token = address.split("/")[3]

    for wrong in (foreign, token[:-1], token + "A", token.replace("~", "0~"), "0~", "%2e%2e"):
        answer = ask(caddy, f"/media/s/{wrong}/{film.folder}/v/0.m4s")
        assert (answer.status, wrong) == (404, wrong)
        assert SEGMENT not in answer.body
    assert ask(caddy, address).status == 200
    monkeypatch.setattr(storage.time, "time", lambda: now + 14 * 3600)
    assert ask(caddy, address).status == 404


@pytest.mark.parametrize(
    ("wanted", "saved_as"),
    [
        ("Salawat.pdf", "Salawat.pdf"),
        ("Salawat", "Salawat.pdf"),
        ("Salawat Badar (2).pdf", "Salawat Badar (2).pdf"),
        ("كتاب.pdf", "كتاب.pdf"),
        ("赞圣歌 1.pdf", "赞圣歌 1.pdf"),
        ("evil.html", "evil.html.pdf"),
    ],
)
def test_downloads_are_given_their_name(caddy, django, film, wanted, saved_as):
    for address in (storage.public_url, storage.private_url):
        path = address(film, "file.pdf", download_as=wanted)
        names = {file_name(ask(server, path)) for server in (caddy, django)}
        assert names == {saved_as}


@pytest.mark.parametrize(
    "query",
    [
        "name=..%2F..%2Fevil.html",
        "name=a%0D%0ASet-Cookie:%20b",
        "name=%22;evil=%22",
        "other=1",
        "name=",
        "name=x;y",
    ],
)
def test_no_other_name_is_taken(caddy, film, query):
    answer = ask(caddy, f"{storage.public_url(film, 'file.pdf')}?{query}")

    assert answer.headers["content-disposition"] == "attachment"
    assert "set-cookie" not in answer.headers


def file_name(answer: Answer) -> str | None:
    header = email.message.Message()
    header["Content-Disposition"] = answer.headers["content-disposition"]
    assert header.get_content_disposition() == "attachment"
    return email.utils.collapse_rfc2231_value(header.get_filename())


def test_an_e_book_is_saved_never_opened_here(caddy, film):
    for path in addresses(film, "file.epub"):
        assert ask(caddy, path).headers["content-disposition"] == "attachment"


def test_pages_go_to_the_program(caddy):
    assert ask(caddy, "/healthz").status == 200


def test_a_program_that_is_away_opens_nothing(caddy, film, tmp_path):
    with running(tmp_path, state=str(tmp_path), web="127.0.0.1:9") as alone:
        assert ask(alone, storage.public_url(film, "v/0.m4s")).body == SEGMENT
        closed = ask(alone, storage.private_url(film, "v/0.m4s"))
    assert (closed.status, closed.body) == (502, b"")


def test_the_caddyfile_is_laid_out_as_caddy_does():
    formatted = subprocess.run([PROGRAM, "fmt", CADDYFILE], capture_output=True, check=False)
    assert formatted.stdout.decode() == CADDYFILE.read_text()
