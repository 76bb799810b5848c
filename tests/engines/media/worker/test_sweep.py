"""The sweep of a hub, a command of its own."""

import signal

import pytest
from django.core.management import call_command
from django.db import OperationalError

from kodipest.engines.media.management.commands import sweep
from tests.factories.media import GONE, TranscodeFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_sweep_once_says_what_it_did(capsys):
    call_command("sweep")
    TranscodeFactory(running=True, lease_by=GONE)
    call_command("sweep")

    assert capsys.readouterr().out.splitlines() == ["nothing to sweep", "returned 1"]


def test_sweep_for_ever_outlives_its_database_and_ends_when_told(monkeypatch, capsys):
    calls, heard = [], {}

    def sweep_and_end(*, files):
        calls.append(files)
        if len(calls) == 1:
            raise OperationalError("away")
        heard[signal.SIGTERM](signal.SIGTERM, None)

    monkeypatch.setattr(sweep, "sweep_media", sweep_and_end)
    monkeypatch.setattr(sweep.signal, "signal", heard.__setitem__)
    call_command("sweep", every=0.01)

    assert calls == [True, False]
    assert "sweep: away" in capsys.readouterr().err
