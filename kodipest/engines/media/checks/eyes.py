"""Run the model over JPEG frames and print what it saw. A program of its own: see `looks`.

    python -m kodipest.engines.media.checks.eyes FRAME.jpg...

Writes a JSON list with one object per frame: `faces`, how many; `skin`, the confidence 0 to 1 of
the surest bare part that is covered in public.
"""

import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

SIDE = 320
FACE_FROM = 0.35
OVERLAP = 0.45  # two boxes that share more than this are one face
# The order in which NudeNet 3.4 numbers what it knows (its README).
_FACES = {1, 12}
_BARE = {2, 3, 4, 6, 14}  # buttocks, female breast, genitals, anus


def main(names: Sequence[str]) -> int:
    """Look at every frame and say what is there."""
    session, given = _model()
    sys.stdout.write(json.dumps([_see(session, given, Path(name)) for name in names]))
    return 0


def _model() -> tuple[Any, str]:
    import onnxruntime

    home = find_spec("nudenet")
    if home is None or not home.submodule_search_locations:
        raise SystemExit("eyes: the model is not installed")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(Path(home.submodule_search_locations[0]) / "320n.onnx"),
        options,
        providers=["CPUExecutionProvider"],
    )
    return session, session.get_inputs()[0].name


def _see(session: Any, given: str, frame: Path) -> dict[str, Any]:
    rows = session.run(None, {given: _square(frame)})[0][0].T
    faces, skin = list[tuple[float, Any]](), 0.0
    for row in rows:
        kind = int(row[4:].argmax())
        sure = float(row[4 + kind])
        if kind in _FACES and sure >= FACE_FROM:
            faces.append((sure, row[:4]))
        elif kind in _BARE:
            skin = max(skin, sure)
    return {"faces": len(_apart(faces)), "skin": round(skin, 3)}


def _square(frame: Path) -> Any:
    """Return the frame as the model was taught: top left on a black square, RGB from 0 to 1."""
    import numpy
    from PIL import Image

    with Image.open(frame, formats=["JPEG"]) as opened:
        picture = opened.convert("RGB")
    side = max(picture.size)
    board = Image.new("RGB", (side, side))
    board.paste(picture)
    pixels = numpy.asarray(board.resize((SIDE, SIDE), Image.Resampling.BILINEAR), numpy.float32)
    return pixels.transpose(2, 0, 1)[None] / 255


def _apart(faces: list[tuple[float, Any]]) -> list[Any]:
    """Count a face once, however many boxes it got: the surest stays (non-maximum suppression)."""
    kept = list[Any]()
    for _sure, box in sorted(faces, key=lambda pair: -pair[0]):
        if all(_shared(box, other) < OVERLAP for other in kept):
            kept.append(box)
    return kept


def _shared(one: Any, other: Any) -> float:
    """Return intersection over union of two boxes given by centre and size."""
    across, along = (
        max(
            0.0,
            min(one[i] + one[i + 2] / 2, other[i] + other[i + 2] / 2)
            - max(one[i] - one[i + 2] / 2, other[i] - other[i + 2] / 2),
        )
        for i in (0, 1)
    )
    both = across * along
    return float(both / (one[2] * one[3] + other[2] * other[3] - both or 1.0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
