"""The program that makes pictures and documents, in a process of its own: see `apart.make_apart`.

    python -m kodipest.engines.media.makers CONTAINER SOURCE OUT

One line of JSON after the other: {"fraction": 0.5} while it works, at the end {"made": {…}} or
{"error": CODE, "detail": WORDS}.
"""

import json
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from kodipest.engines.media.cbz import make_cbz
from kodipest.engines.media.documents import make_epub, make_pdf
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.images import make_cover, make_image

Tell = Callable[[float], None]
_PICTURES = ("jpeg", "png", "gif", "webp", "avif", "heic")
_MAKERS: dict[str, Callable[[Path, Path, Tell], dict[str, Any]]] = {
    "pdf": make_pdf,
    "epub": make_epub,
    "cbz": make_cbz,
    "cover": make_cover,
    **{kind: partial(make_image, container=kind) for kind in _PICTURES},
}


def main(words: list[str]) -> int:
    """Make what belongs to the container and say how it went."""
    container, source, out = words
    try:
        made = _MAKERS[container](Path(source), Path(out), _tell)
    except Unusable as error:
        _say({"error": error.code, "detail": error.detail})
    except MemoryError:
        _say({"error": "too_large", "detail": "more memory than a document may take"})
    except OSError as error:
        _say({"error": "os_error", "errno": error.errno, "detail": str(error)})
    else:
        _say({"made": made})
    return 0


def _tell(fraction: float) -> None:
    _say({"fraction": round(fraction, 4)})


def _say(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
