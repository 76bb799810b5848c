"""Find out what a file is: by its bytes, then by opening it under a whitelist."""

from pathlib import Path

from kodipest.engines.media.documents import probe_document
from kodipest.engines.media.facts import Kind, Probe
from kodipest.engines.media.images import probe_image
from kodipest.engines.media.sniff import sniff
from kodipest.engines.media.streams import probe_stream

__all__ = ["Kind", "Probe", "probe"]

_PROBES = {"stream": probe_stream, "image": probe_image, "document": probe_document}


def probe(path: Path) -> Probe:
    """Return the facts of the file at `path`, whatever it is called.

    Raises Unusable; FileNotFoundError and other trouble with the disk pass through.
    """
    sniffed = sniff(path)
    return _PROBES[sniffed.family](path, sniffed)
