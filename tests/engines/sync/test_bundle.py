"""A bundle keeps what was put in, and refuses everything else before a byte is believed."""

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import rfc8785

from kodipest.engines.sync.bundle import MANIFEST, SIGNATURE, Bundle, BundleError, write_bundle

FILM = b"film" * 700_000  # more than two blocks


def sign(message: bytes) -> str:
    return hashlib.sha256(b"secret" + message).hexdigest()


def has_signed(signer: str, message: bytes, signature: str) -> bool:
    return signer == "site" and signature == sign(message)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    film = tmp_path / "film"
    film.write_bytes(FILM)
    path = tmp_path / "sound.zip"
    write_bundle(
        path,
        [("media/film", film), ("db/rows", b"rows")],
        purpose="test",
        facts={"rows": 4},
        signer="site",
        sign=sign,
    )
    return path


def altered(
    sound: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]], *, resign: bool = False
) -> Path:
    """Write the bundle again with other members, its manifest signed anew or not."""
    with zipfile.ZipFile(sound) as archive:
        members = change({name: archive.read(name) for name in archive.namelist()})
    if resign:
        members[SIGNATURE] = sign(members[MANIFEST]).encode()
    path = sound.with_name("altered.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def refusal_of(path: Path) -> str:
    """Open and read a bundle wholly; return the code of its refusal."""
    with pytest.raises(BundleError) as refused, Bundle.open(path, has_signed=has_signed) as bundle:
        bundle.verify()
    return refused.value.code


def renamed(name: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    """List and hold the member `db/rows` under another name."""

    def change(members: dict[str, bytes]) -> dict[str, bytes]:
        manifest = json.loads(members[MANIFEST])
        manifest["members"][1]["name"] = name
        members[name] = members.pop("db/rows")
        return members | {MANIFEST: rfc8785.dumps(manifest)}

    return change


def test_what_is_put_in_comes_out(sound: Path, tmp_path: Path) -> None:
    with Bundle.open(sound, has_signed=has_signed) as bundle:
        bundle.verify()
        bundle.extract("media/film", tmp_path / "out" / "film")

        assert bundle.read("db/rows") == b"rows"
        assert (bundle.purpose, bundle.facts) == ("test", {"rows": 4})
    assert (tmp_path / "out" / "film").read_bytes() == FILM
    assert stat.S_IMODE((tmp_path / "out" / "film").stat().st_mode) == 0o600


def test_an_existing_file_is_not_overwritten(sound: Path) -> None:
    with pytest.raises(FileExistsError):
        write_bundle(sound, [], purpose="test", facts={}, signer="site", sign=sign)


@pytest.mark.parametrize("name", ["../up", "/root", "a//b", "a/../../b", "a\\b", "a/./b", "C:x"])
def test_an_unsafe_name_is_neither_written_nor_read(sound: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(BundleError, match="member name"):
        write_bundle(
            tmp_path / "new", [(name, b"")], purpose="test", facts={}, signer="site", sign=sign
        )

    assert refusal_of(altered(sound, renamed(name), resign=True)) in {"unsafe", "incomplete"}


def test_a_changed_byte_is_noticed(sound: Path) -> None:
    changed = altered(sound, lambda members: members | {"db/rows": b"rowS"})

    assert refusal_of(changed) == "changed"


def test_a_changed_byte_leaves_no_file(sound: Path, tmp_path: Path) -> None:
    changed = altered(sound, lambda members: members | {"db/rows": b"rowS"})

    with Bundle.open(changed, has_signed=has_signed) as bundle, pytest.raises(BundleError):
        bundle.extract("db/rows", tmp_path / "rows")

    assert not (tmp_path / "rows").exists()


def test_another_length_is_noticed_before_reading(sound: Path) -> None:
    longer = altered(sound, lambda members: members | {"db/rows": b"rows and more"})

    with pytest.raises(BundleError, match="13 bytes, expected 4"):
        Bundle.open(longer, has_signed=has_signed)


def test_a_member_too_many_or_too_few_is_noticed(sound: Path) -> None:
    more = altered(sound, lambda members: members | {"extra": b""})
    assert refusal_of(more) == "incomplete"

    less = altered(
        sound, lambda members: {name: members[name] for name in members if name != "db/rows"}
    )
    assert refusal_of(less) == "incomplete"


def test_a_manifest_of_another_hand_is_refused(sound: Path) -> None:
    def forge(members: dict[str, bytes]) -> dict[str, bytes]:
        return members | {MANIFEST: members[MANIFEST].replace(b'"rows":4', b'"rows":5')}

    assert refusal_of(altered(sound, forge)) == "unsigned"


def test_a_link_is_refused(sound: Path) -> None:
    path = sound.with_name("linked.zip")
    with zipfile.ZipFile(sound) as archive, zipfile.ZipFile(path, "w") as copy:
        for name in archive.namelist():
            info = zipfile.ZipInfo(name)
            if name == "db/rows":
                info.external_attr = (stat.S_IFLNK | 0o777) << 16
            copy.writestr(info, archive.read(name))

    assert refusal_of(path) == "unsafe"


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_something_else_is_no_bundle(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.zip"
    path.write_bytes(content)

    assert refusal_of(path) == "unreadable"


@pytest.mark.parametrize("cut", [10, 1000, 2_000_000])
def test_a_cut_bundle_is_refused(sound: Path, cut: int) -> None:
    path = sound.with_name("cut.zip")
    path.write_bytes(sound.read_bytes()[:-cut])

    assert refusal_of(path) == "unreadable"


def test_another_version_is_refused_in_words(sound: Path) -> None:
    later = altered(
        sound,
        lambda members: (
            members | {MANIFEST: members[MANIFEST].replace(b'"version":1', b'"version":2')}
        ),
        resign=True,
    )

    with pytest.raises(BundleError, match="kodipest-bundle' 2"):
        Bundle.open(later, has_signed=has_signed)
