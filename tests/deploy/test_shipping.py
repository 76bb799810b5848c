"""The engine's operations, questions and doors on a machine of a hub."""

import pytest
from django.db import DatabaseError, OperationalError
from django.test import Client

from kodipest.engines.media import queries, storage, stores, stores_bucket
from kodipest.engines.media.models import Original
from kodipest.engines.media.operations import (
    publish_folder,
    set_public_folders,
    shipping,
    sweep_media,
    unpublish_folder,
)
from kodipest.web import doctor
from tests.factories.media import OriginalFactory, TranscodeFactory, fill_folder, make_old

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def machine(hub, settings):
    settings.MEDIA_GRACE_SECONDS = 0
    return hub


@pytest.fixture
def film():
    """A film that is kept in the bucket, and of which this disk has nothing."""
    transcode = TranscodeFactory(done=True)
    out = fill_folder(transcode, master_m3u8=b"#EXTM3U", one_m4s=b"segment", manifest_json=b"{}")
    transcode.manifest |= {"inventory": storage.inventory(out)}
    transcode.save()
    stores.chosen().keep(transcode.folder, out)
    stores.Disk().remove(transcode.folder)
    return transcode


def away(settings):
    settings.MEDIA_BUCKET = settings.MEDIA_BUCKET | {"endpoint_url": "http://127.0.0.1:9"}
    settings.MEDIA_BUCKET_TRIES = 1


def test_originals_are_brought_away_and_missed_by_nobody(settings, tmp_path):
    original = OriginalFactory(content=b"a film")
    Original.objects.filter(pk=original.pk).update(sha256=storage.sha256_of(original.path))
    original.refresh_from_db()
    original.path.parent.mkdir(exist_ok=True)
    original.path.write_bytes(b"x" * original.size_bytes)
    shipping.bring_away(patiently=True)
    settings.MEDIA_ROOT = tmp_path / "another machine"

    assert [found.reason for found in queries.broken_originals(thorough=True)] == []
    OriginalFactory(content=b"another").path.unlink()
    (found,) = queries.broken_originals()
    assert found.reason.endswith("missing, expected 7 bytes")


def test_an_original_whose_bytes_changed_is_told(settings, tmp_path):
    OriginalFactory(content=b"a film")  # whose bytes on the disk are others
    shipping.bring_away(patiently=True)
    settings.MEDIA_ROOT = tmp_path / "another machine"

    assert "hash to" in next(queries.broken_originals(thorough=True)).reason


def test_a_node_has_nothing_to_bring_away(settings, monkeypatch):
    settings.MEDIA_STORE = "kodipest.engines.media.stores.Disk"
    monkeypatch.setattr(shipping.threading, "Thread", pytest.fail)
    shipping.bring_away()

    assert shipping.tidy() == 0


def test_originals_wait_while_the_bucket_is_away(settings, caplog):
    original = OriginalFactory()
    away(settings)
    shipping.bring_away(patiently=True)

    assert "wait on this disk" in caplog.text
    assert original.path.exists()
    assert shipping.tidy() == 0
    assert "not tidied" in caplog.text


def test_originals_wait_while_the_database_is_away(monkeypatch, caplog):
    def away(_store, _rows):
        raise OperationalError

    monkeypatch.setattr(stores_bucket.Bucket, "bring_away", away)
    shipping.bring_away(patiently=True)

    assert issubclass(OperationalError, DatabaseError)
    assert "wait for the database" in caplog.text


def test_a_second_call_leaves_the_first_alone(monkeypatch):
    with shipping._on_its_way:
        monkeypatch.setattr(shipping.threading, "Thread", pytest.fail)
        shipping.bring_away()


def test_a_sweep_tidies_the_bucket(film, monkeypatch, settings):
    assert list(doctor.stray_files()) == []
    settings.MEDIA_GRACE_SECONDS = -5  # the bucket counts whole seconds
    folder = film.folder
    film.delete()
    expected = [f"renditions/{folder}/ in the bucket has no row"]

    assert list(doctor.stray_files()) == expected
    assert sweep_media().elsewhere == 1
    assert list(doctor.stray_files()) == []


def test_a_film_in_the_bucket_is_whole_until_a_file_is_lost(film, weed, hub):
    assert queries.fault_of(film) == ""
    key = f"renditions/{film.folder}/one.m4s"
    weed.client().delete_object(Bucket=hub["bucket_name"], Key=key)
    assert queries.fault_of(film).startswith(f"{film.folder} holds")

    stores.chosen().remove(film.folder)
    assert queries.fault_of(film) == f"folder {film.folder} is missing"


def test_exactly_what_is_wanted_is_open(film, hub):
    assert set_public_folders([film.folder, f"{'e' * 32}-1"]) == 1
    assert set_public_folders([film.folder]) == 0
    assert stores.chosen().opened() == {film.folder}
    assert list(doctor.public_files()) == [
        f"renditions {film.folder} are open to the public and should not be"
    ]
    assert set_public_folders([]) == 1
    assert stores.chosen().opened() == set()


def test_what_was_opened_in_part_is_opened_wholly(film, weed, hub):
    weed.client().put_object(Bucket=hub["bucket_name"], Key=f"opened/{film.folder}", Body=b"?")

    assert set_public_folders([film.folder]) == 1
    assert stores.chosen().opened(whole=True) == {film.folder}


def test_a_folder_is_opened_and_closed(film):
    publish_folder(film)
    assert stores.chosen().opened() == {film.folder}
    unpublish_folder(film)
    assert stores.chosen().opened() == set()


def test_the_program_lends_a_signature_for_one_method(film):
    token = storage.private_url(film, "one.m4s").split("/")[3]
    asked = f"/media/opens/{token}/{film.folder}/one.m4s"
    to_read = Client().get(asked)
    to_look = Client().get(asked, headers={"X-Forwarded-Method": "HEAD"})

    assert to_read.status_code == to_look.status_code == 204
    assert to_read["X-Media-Query"].startswith("?X-Amz-Algorithm=AWS4-HMAC-SHA256&")
    assert to_read["X-Media-Query"] != to_look["X-Media-Query"]
    assert Client().get(asked.replace("~", "~A")).status_code == 404


def test_an_unsigned_machine_serves_nothing_itself(film):
    publish_folder(film)
    assert Client().get(storage.public_url(film, "one.m4s")).status_code == 404
    assert Client().get(storage.private_url(film, "one.m4s")).status_code == 404


def test_local_copies_of_what_is_kept_go(film):
    out = fill_folder(film, one_m4s=b"segment")
    make_old(out)
    sweep_media()

    assert not out.exists()
    assert queries.fault_of(film) == ""
