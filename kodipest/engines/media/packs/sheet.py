"""A page of stills with their times: a film at one look, on paper too."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.packs.making import Making

SHEET_FILE = "sheet.jpg"
STILLS = 20
COLUMNS = 4
LONG_SIDE = 400
GAP = 8
LABEL = 26
PAPER, INK = (255, 255, 255), (30, 30, 30)
# Above it the key frames, one every two seconds, are enough and cost a tenth.
KEY_FRAMES_FROM_SECONDS = 80.0
# JFIF knows one matrix, BT.601 in full range.
_JPEG_COLOURS = "in_color_matrix=bt709:out_color_matrix=bt601:in_range=tv:out_range=pc"


def make_sheet(making: Making) -> None:
    """Make sheet.jpg. Raises Unusable `unsupported` for what has no picture."""
    if not making.rungs:
        raise Unusable("unsupported", "a sheet needs a picture")
    rung = next((r for r in making.rungs if max(r.width, r.height) >= LONG_SIDE), making.rungs[-1])
    scale = min(1.0, LONG_SIDE / max(rung.width, rung.height))
    size = round(rung.width * scale / 2) * 2, round(rung.height * scale / 2) * 2
    step = making.seconds / STILLS
    quick = ["-skip_frame", "nokey"] if making.seconds > KEY_FRAMES_FROM_SECONDS else []
    choose = (
        f"select='gte(t,(selected_n+0.5)*{step:.4f})',scale={size[0]}:{size[1]}:{_JPEG_COLOURS}"
    )
    stills = [
        "-map",
        "0:v",
        "-vf",
        choose,
        "-fps_mode",
        "passthrough",
        "-c:v",
        "mjpeg",
        "-q:v",
        "3",
    ]
    making.encode([*quick, *making.input(rung.playlist), *stills, "-f", "image2", "still-%02d.jpg"])
    shots = sorted(making.work.glob("still-*.jpg"))[:STILLS]
    times = [(number + 0.5) * step for number in range(len(shots))]
    _draw(shots, times, size).save(making.work / SHEET_FILE, "JPEG", quality=85)
    with Image.open(making.work / SHEET_FILE) as sheet:
        width, height = sheet.size
    making.hand_over(SHEET_FILE, "sheet", "image/jpeg", width=width, height=height)


def _draw(shots: list[Path], times: list[float], size: tuple[int, int]) -> Image.Image:
    rows = -(-len(shots) // COLUMNS)
    wide, tall = size[0] + GAP, size[1] + LABEL + GAP
    sheet = Image.new("RGB", (COLUMNS * wide + GAP, max(rows, 1) * tall + GAP), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(18)
    for number, (shot, time) in enumerate(zip(shots, times, strict=True)):
        x, y = GAP + number % COLUMNS * wide, GAP + number // COLUMNS * tall
        with Image.open(shot, formats=["JPEG"]) as still:
            sheet.paste(still.convert("RGB"), (x, y))
        pen.text((x, y + size[1] + 2), clock(time), fill=INK, font=font)
    return sheet


def clock(seconds: float) -> str:
    """Write a time as people read it: 1:05, 1:02:05."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
