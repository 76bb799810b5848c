"""Prepare a source quickly, where the test is about something else than speed or quality."""

from dataclasses import replace
from pathlib import Path

from kodipest.engines.media.manifest import Manifest
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe


def made_from(source: Path, out: Path) -> Manifest:
    """Encode every rung, also where copying the source would do."""
    facts = replace(probe(source), copy_bits=0)
    return prepare(source, out, probe=facts, preset="ultrafast")
