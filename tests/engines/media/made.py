"""Prepare a source quickly, where the test is about something else than speed or quality."""

from pathlib import Path

from kodipest.engines.media.manifest import Manifest
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe


def made_from(source: Path, out: Path) -> Manifest:
    return prepare(source, out, probe=probe(source), preset="ultrafast")
