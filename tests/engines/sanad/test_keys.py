import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from kodipest.engines.sanad.errors import SanadError
from kodipest.engines.sanad.keys import PublicKey, SiteKey


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def refusal_of(action, *arguments):
    with pytest.raises(SanadError) as refusal:
        action(*arguments)
    return refusal.value.code


def test_create_writes_a_key_for_its_owner_alone(tmp_path):
    path = tmp_path / "keys" / "site.pem"

    key = SiteKey.create(path)

    assert mode_of(path) == 0o600
    assert mode_of(path.parent) == 0o700
    assert [item.name for item in path.parent.iterdir()] == ["site.pem"]
    assert SiteKey.load(path).public == key.public


def test_create_is_not_loosened_by_the_umask(tmp_path):
    before = os.umask(0)
    try:
        SiteKey.create(tmp_path / "site.pem")
    finally:
        os.umask(before)

    assert mode_of(tmp_path / "site.pem") == 0o600


def test_create_never_overwrites(tmp_path):
    path = tmp_path / "site.pem"
    SiteKey.create(path)
    before = path.read_bytes()

    assert refusal_of(SiteKey.create, path) == "key_exists"

    assert path.read_bytes() == before
    assert [item.name for item in tmp_path.iterdir()] == ["site.pem"]


def test_create_leaves_nothing_when_the_disk_fails(tmp_path, monkeypatch):
    def fail(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kodipest.engines.sanad.keys.os.fsync", fail)

    with pytest.raises(OSError, match="No space left"):
        SiteKey.create(tmp_path / "site.pem")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o610, 0o666])
def test_load_refuses_a_key_others_may_touch(tmp_path, mode):
    path = tmp_path / "site.pem"
    SiteKey.create(path)
    path.chmod(mode)

    assert refusal_of(SiteKey.load, path) == "key_exposed"


def test_load_refuses_what_is_no_site_key(tmp_path):
    path = tmp_path / "site.pem"
    assert refusal_of(SiteKey.load, path) == "key_missing"
    assert refusal_of(SiteKey.load, tmp_path) == "key_unreadable"

    path.touch(0o600)
    assert refusal_of(SiteKey.load, path) == "key_unreadable"

    path.write_bytes(
        generate_private_key(SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    assert refusal_of(SiteKey.load, path) == "key_unreadable"


def test_load_or_create_gives_everybody_the_same_key(tmp_path):
    path = tmp_path / "keys" / "site.pem"

    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(SiteKey.load_or_create, [path] * 8))

    assert {key.key_id for key in keys} == {SiteKey.load(path).key_id}


def test_load_or_create_does_not_replace_an_exposed_key(tmp_path):
    path = tmp_path / "site.pem"
    SiteKey.create(path)
    path.chmod(0o644)

    assert refusal_of(SiteKey.load_or_create, path) == "key_exposed"


def test_key_id_is_the_start_of_the_hash_of_the_raw_key(key):
    assert key.key_id == hashlib.sha256(key.public.raw).hexdigest()[:16]


def test_public_key_reads_back_from_both_forms(key):
    assert PublicKey.parse(key.public.text) == key.public
    assert PublicKey.parse(key.public.pem + "\n") == key.public
    assert key.public.text.startswith("ed25519:")
    assert len(key.public.text) == len("ed25519:") + 43


def test_public_key_has_one_spelling(key):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet.index(key.public.text[-1])
    same_bytes = key.public.text[:-1] + alphabet[last + 1]  # differs in a spare bit only

    assert refusal_of(PublicKey.parse, same_bytes) == "key_unreadable"


@pytest.mark.parametrize(
    "text", ["", "kunci", "ed25519:", "ed25519:AAAA", "ed25519:****", "ed25519:" + "A" * 44, "é"]
)
def test_public_key_refuses_nonsense(text):
    assert refusal_of(PublicKey.parse, text) == "key_unreadable"


def test_public_key_refuses_another_algorithm():
    pem = (
        generate_private_key(SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )

    assert refusal_of(PublicKey.parse, pem.decode()) == "key_unreadable"


def test_signature_holds_for_its_message_and_key_alone(key):
    signature = key.sign(b"bismillah")

    assert key.public.has_signed(b"bismillah", signature)
    assert not key.public.has_signed(b"Bismillah", signature)
    assert not SiteKey.generate().public.has_signed(b"bismillah", signature)
    assert not key.public.has_signed(b"bismillah", signature[:-1])


def test_site_key_does_not_print_its_secret(key):
    assert repr(key) == f"SiteKey({key.key_id})"
