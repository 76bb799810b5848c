import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from kodipest.engines.media import cbz, reading
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe

from . import footage, paper


def page(colour: str, mode: str = "RGB") -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, (700, 900), colour).save(buffer, "PNG")
    return buffer.getvalue()


def comic(members: dict[str, bytes]) -> Path:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return footage.written("comic.cbz", buffer.getvalue())


def colour_of(path: Path) -> tuple[int, ...]:
    with Image.open(path) as image:
        return tuple(image.convert("RGB").getpixel((300, 300)))


def test_pages_are_read_in_the_order_of_people(tmp_path: Path) -> None:
    source = comic(
        {
            "Bab 1/hal 10.png": page("blue"),
            "Bab 1/hal 2.PNG": page("lime"),
            "Bab 1/hal 1.jpg": paper.jpeg(size=(700, 900)),
            "__MACOSX/Bab 1/._hal 1.jpg": b"x",
            "ComicInfo.xml": paper.NAME.encode(),
            ".DS_Store": b"x",
        }
    )
    found = probe(source)
    assert (found.kind, found.container, found.pages) == ("document", "cbz", 3)

    manifest = prepare(source, tmp_path / "out", probe=found)

    told = {"kind": "pages", "parts": 1, "direction": "", "pages": 3}
    assert (manifest.reader, manifest.pages, manifest.file) == (told, 3, None)
    drawn = reading.read_part(1, tmp_path / "out").pages
    assert [(each.width, each.height, each.widths) for each in drawn] == [
        (700, 900, [640, 700])
    ] * 3
    files = [tmp_path / "out" / each.file(640) for each in drawn]
    assert colour_of(files[1]) == pytest.approx((0, 255, 0), abs=6)
    assert colour_of(files[2]) == pytest.approx((0, 0, 255), abs=6)
    assert manifest.poster == "poster.jpg"
    everything = [path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert not any(map(paper.holds, everything))


def test_clear_parts_of_a_page_lie_on_white(tmp_path: Path) -> None:
    source = comic({"1.png": page("#00000000", "RGBA")})

    prepare(source, tmp_path / "out", probe=probe(source))

    assert colour_of(tmp_path / "out" / "reader" / "0001-640.webp") == (255, 255, 255)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"word/document.xml": b"<x/>", "word/media/1.png": b"x"}, "unsupported"),
        ({"catatan.txt": b"x"}, "unsupported"),
        ({"../../1.png": b"x"}, "damaged"),
        ({"setup.exe": b"MZ", "1.png": b"x"}, "unsupported"),
    ],
)
def test_other_zips_are_refused(members: dict[str, bytes], code: str) -> None:
    with pytest.raises(Unusable) as refused:
        probe(comic(members))

    assert refused.value.code == code


def test_a_page_that_is_no_picture_is_damaged(tmp_path: Path) -> None:
    source = comic({"1.png": b"words"})

    with pytest.raises(Unusable) as refused:
        prepare(source, tmp_path / "out", probe=probe(source))

    assert refused.value.code == "damaged"


def test_a_comic_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cbz, "MAX_PAGES", 2)

    with pytest.raises(Unusable) as refused:
        probe(comic({f"{number}.png": b"x" for number in range(3)}))

    assert refused.value.code == "too_large"


def test_half_a_comic_is_damaged() -> None:
    with pytest.raises(Unusable) as refused:
        probe(footage.cut(comic({"1.png": page("red")}), 0.6, "half.cbz"))

    assert refused.value.code == "damaged"
