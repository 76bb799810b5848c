from datetime import timedelta
from types import SimpleNamespace

import pytest

from kodipest.engines.media import storage
from kodipest.engines.media.operations import set_public_folders

FOLDER = "0123456789abcdef0123456789abcdef-1"
OTHER = "0123456789abcdef0123456789abcdef-2"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("film.mp4", "film.mp4"),
        ("../../etc/passwd.mp4", "passwd.mp4"),
        ("C:\\Users\\aisyah\\film.mp4", "film.mp4"),
        ("رحلة الطالب.mp4", "رحلة الطالب.mp4"),
        ("寄宿学校.mp4", "寄宿学校.mp4"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("tab\there\x00.mp4", "tab here.mp4"),
        ("e\u0301.mp4", "\u00e9.mp4"),
        ("..", "file"),
        ("", "file"),
        ("/", "file"),
        (".hidden", "hidden"),
        ("no extension " + "x" * 300, ("no extension " + "x" * 300)[:200]),
        ("tail." + "x" * 30, "tail." + "x" * 30),
    ],
)
def test_names_are_cleaned_for_display(given, shown):
    assert storage.clean_name(given) == shown


def test_a_name_of_400_characters_keeps_its_extension():
    shown = storage.clean_name("ك" * 400 + ".mp4")

    assert len(shown) == 200
    assert shown.endswith("ك.mp4")


@pytest.mark.parametrize("name", ["", "..", "../x", FOLDER + "/..", "A" * 32 + "-1", FOLDER[:-2]])
def test_a_folder_that_is_not_ours_is_no_path(name):
    with pytest.raises(ValueError, match="not a rendition folder"):
        storage.rendition_path(name)


def test_a_token_opens_its_folder_and_no_other():
    token = storage.sign_folder(FOLDER, timedelta(hours=1))

    assert storage.opens_folder(token, FOLDER)
    assert not storage.opens_folder(token, OTHER)
    assert not storage.opens_folder(token[:-1], FOLDER)
    assert not storage.opens_folder("", FOLDER)
    assert not storage.opens_folder("zz~zz", FOLDER)


def test_a_token_with_a_later_expiry_written_in_is_worthless():
    expiry, signature = storage.sign_folder(FOLDER, timedelta(hours=1)).split("~")

    assert not storage.opens_folder(f"{int(expiry, 16) + 3600:x}~{signature}", FOLDER)


def test_a_token_ends(monkeypatch):
    token = storage.sign_folder(FOLDER, timedelta(hours=2))
    now = storage.time.time()

    monkeypatch.setattr(storage.time, "time", lambda: now + 2 * 3600 - 1)
    assert storage.opens_folder(token, FOLDER)
    monkeypatch.setattr(storage.time, "time", lambda: now + 3 * 3600 + 1)
    assert not storage.opens_folder(token, FOLDER)


def test_a_token_is_the_same_within_the_hour(monkeypatch):
    monkeypatch.setattr(storage.time, "time", lambda: 3600 * 1000 + 1)
    first = storage.sign_folder(FOLDER, timedelta(hours=6))
    monkeypatch.setattr(storage.time, "time", lambda: 3600 * 1000 + 3599)
    assert storage.sign_folder(FOLDER, timedelta(hours=6)) == first
    monkeypatch.setattr(storage.time, "time", lambda: 3600 * 1001)
    assert storage.sign_folder(FOLDER, timedelta(hours=6)) != first


def test_a_turned_lock_ends_what_was_signed_before_and_nothing_else():
    first, other = (storage.sign_folder(folder, timedelta(hours=1)) for folder in (FOLDER, OTHER))

    storage.turn_lock(FOLDER)
    second = storage.sign_folder(FOLDER, timedelta(hours=1))
    assert not storage.opens_folder(first, FOLDER)
    assert storage.opens_folder(second, FOLDER)
    assert storage.opens_folder(other, OTHER)

    storage.turn_lock(FOLDER)
    assert not storage.opens_folder(second, FOLDER)
    assert storage.opens_folder(storage.sign_folder(FOLDER, timedelta(hours=1)), FOLDER)


def test_the_lock_of_a_folder_that_is_gone_is_forgotten():
    storage.turn_lock(FOLDER)
    storage.forget_lock(FOLDER)
    storage.forget_lock(FOLDER)
    storage.forget_lock("../../etc/passwd")

    assert list((storage.media_root() / "locks").iterdir()) == []


def test_addresses():
    transcode = SimpleNamespace(folder=FOLDER)

    assert storage.public_url(transcode, "v/1.m4s") == f"/media/public/{FOLDER}/v/1.m4s"
    private = storage.private_url(transcode, "master.m3u8")
    assert private.startswith("/media/s/")
    assert private.endswith(f"/{FOLDER}/master.m3u8")
    named = storage.public_url(transcode, "sound.m4a", download_as="Salawat & doa.m4a")
    assert named.endswith("sound.m4a?name=Salawat%20%26%20doa.m4a")


def test_publishing_links_relatively_and_twice_is_once(settings):
    storage.rendition_path(FOLDER).mkdir(parents=True)
    storage.link_public(FOLDER)
    storage.link_public(FOLDER)

    link = settings.MEDIA_ROOT / "public" / FOLDER
    assert str(link.readlink()) == f"../renditions/{FOLDER}"
    assert link.is_dir()
    assert storage.is_public(FOLDER)
    assert [path.name for path in storage.public().iterdir()] == [FOLDER]

    storage.unlink_public(FOLDER)
    storage.unlink_public(FOLDER)
    assert not storage.is_public(FOLDER)
    assert storage.rendition_path(FOLDER).is_dir()


def test_an_inventory_sees_a_missing_a_cut_and_an_added_file(tmp_path):
    folder = tmp_path / "folder"
    (folder / "v").mkdir(parents=True)
    (folder / "v" / "1.m4s").write_bytes(b"12345")
    (folder / "480p.m3u8").write_bytes(b"#EXTM3U")
    whole = storage.inventory(folder)
    assert (whole["files"], whole["bytes"]) == (2, 12)

    (folder / "v" / "2.m4s").write_bytes(b"")
    assert storage.inventory(folder) != whole
    (folder / "v" / "2.m4s").unlink()
    assert storage.inventory(folder) == whole
    (folder / "v" / "1.m4s").write_bytes(b"1234")
    assert storage.inventory(folder) != whole


def test_write_whole_leaves_no_scratch(tmp_path):
    storage.write_whole(tmp_path / "run" / "worker.json", "one")
    storage.write_whole(tmp_path / "run" / "worker.json", "two")

    assert [(path.name, path.read_text()) for path in (tmp_path / "run").iterdir()] == [
        ("worker.json", "two")
    ]


def test_the_public_reads_exactly_what_is_named():
    gone = "f" * 32 + "-7"
    for folder in (FOLDER, OTHER):
        storage.rendition_path(folder).mkdir(parents=True)

    assert set_public_folders({FOLDER, gone}) == 1
    assert storage.public_folders() == {FOLDER}
    assert set_public_folders({FOLDER, gone}) == 0
    assert set_public_folders([OTHER]) == 2
    assert storage.public_folders() == {OTHER}
    assert set_public_folders([]) == 1
    assert storage.public_folders() == set()
