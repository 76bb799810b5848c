"""Disks that are full or broken while a file comes."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from kodipest.engines.media import uploads
from tests.engines.media.uploads import desk
from tests.engines.media.uploads.hands import CONTENT, HEAD, parts, request_of, send

pytestmark = [pytest.mark.django_db, pytest.mark.urls(desk.__name__)]
ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize("number", sorted(uploads.DISK_FULL))
def test_a_disk_that_fills_up_in_the_middle(client, monkeypatch, number):
    class Full:
        def __init__(self, file):
            self.file = file

        def write(self, chunk):
            raise OSError(number, "full")

        def close(self):
            self.file.close()

    opened = uploads.Part.__init__

    def open_full(part):
        opened(part)
        part._file = Full(part._file)

    monkeypatch.setattr(uploads.Part, "__init__", open_full)
    response = send(client)

    assert (response.status_code, response.json()["code"]) == (507, "no_space")
    assert parts() == []


@pytest.mark.parametrize("step", ["__init__", "finish"])
def test_a_disk_that_is_full_at_the_start_or_the_end(client, monkeypatch, step):
    def full(_part):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(uploads.Part, step, full)
    response = send(client)

    assert (response.status_code, response.json()["code"]) == (507, "no_space")
    assert parts() == []


def test_a_disk_that_is_full_for_real(tmp_path):
    """In a process whose files may hold 300 KB (RLIMIT_FSIZE): the kernel itself says no."""
    program = f"""
        import resource, signal, sys
        import django
        from django.conf import settings
        django.setup()
        settings.MEDIA_ROOT = __import__("pathlib").Path({str(tmp_path / "media")!r})
        settings.MEDIA_RESERVE_BYTES = settings.UPLOAD_QUOTA_PER_PERSON = 0
        from django.test import RequestFactory
        from django.core.files.uploadedfile import SimpleUploadedFile
        from kodipest.engines.media import storage, uploads
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
        request = RequestFactory().post("/", {{"note": "kept", "upload": SimpleUploadedFile("f", b"x" * 900_000)}})
        request.user = type("Aisyah", (), {{"is_authenticated": True}})()
        assert len(request.FILES) == 0
        assert request.POST["note"] == "kept"
        print(uploads.refusal_of(request).code, len(list(storage.incoming().iterdir())))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.split() == ["no_space", "0"], done.stderr


def test_other_trouble_of_the_disk_is_not_hidden(aisyah, monkeypatch):
    def broken(_part, _chunk):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(uploads.Part, "write", broken)
    with pytest.raises(OSError, match="Input/output"):
        _ = request_of(aisyah, HEAD + CONTENT).FILES
    assert parts() == []
