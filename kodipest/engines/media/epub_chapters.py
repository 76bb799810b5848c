"""Turn the chapters of a bare e-book into safe HTML for our own page, and its pictures into WebP."""

import io
import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nh3
from PIL import Image

from kodipest.engines.media import epub_markup as markup
from kodipest.engines.media.epub import root_file
from kodipest.engines.media.epub_copy import OPF
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.images import (
    open_picture,
    save_webp,
    to_width,
    upright_srgb,
    write_posters,
)
from kodipest.engines.media.reading import FOLDER, PICTURE, Index, Part, write_index, write_part

MAX_CHAPTERS = 2000
MAX_CHAPTER = 3 * 1024**2
PICTURE_WIDTH = 1280
ANCHOR = "kutipan-"  # before each id of the book, so that none meets one of the page around it

_TAGS = set(
    "p h1 h2 h3 h4 h5 h6 div section article aside header footer span em strong i b u s".split()
)
_TAGS |= set(
    "small sub sup blockquote q cite ul ol li dl dt dd table caption thead tbody tfoot".split()
)
_TAGS |= set(
    "tr th td img figure figcaption a br hr pre code kbd samp var ruby rt rp abbr bdi".split()
)
_TAGS |= set("bdo mark del ins dfn wbr".split())
_ATTRIBUTES = {
    "*": {"lang", "dir", "id"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height", "loading", "decoding"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "ol": {"start", "reversed", "type"},
}
_BLOCKS = {"p", "li", "blockquote", "td", "th", "dt", "dd", "figcaption", "caption", "pre"}
_HEADINGS = ("h1", "h2", "h3")
_SIDES = {"rtl", "ltr"}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_RIGHT_TO_LEFT = {"ar", "fa", "ur", "he", "ms-arab", "jv-arab", "id-arab"}

Tell = Callable[[float], None]
_H = f"{{{markup.XHTML}}}"


@dataclass(slots=True)
class _Shelf:
    """The bare book and what is known of its pieces."""

    book: zipfile.ZipFile
    out: Path
    chapters: dict[str, int]
    pictures: dict[str, tuple[int, int] | None]


def write_chapters(epub: Path, out: Path, tell: Tell) -> dict[str, Any]:
    """Write chapters, pictures and posters into `out`; return what the manifest says of them.

    `epub` is a copy of `epub_copy`: its pieces lie in one folder and name each other plainly.
    Raises Unusable(`damaged`).
    """
    with zipfile.ZipFile(epub) as book:
        package = markup.parse(book.read(root_file(book)))
        items = {item.get("id", ""): item for item in package.iter(f"{{{OPF}}}item")}
        spine = package.find(f"{{{OPF}}}spine")
        order = [items[each.get("idref", "")].get("href", "") for each in spine or ()]
        names = [name for name in dict.fromkeys(order) if name.endswith(".xhtml")][:MAX_CHAPTERS]
        shelf = _Shelf(book, out, {name: at for at, name in enumerate(names, 1)}, {})
        (out / FOLDER).mkdir()
        titles = _told_titles(shelf, items)
        found = []
        for name, number in shelf.chapters.items():
            title = _write_chapter(shelf, name, number)
            found.append(titles.get(name) or title)
            tell(number / len(names))
        side = spine.get("page-progression-direction", "") if spine is not None else ""
        language = _language(package)
        side = side if side in _SIDES else "rtl" if language.lower() in _RIGHT_TO_LEFT else ""
        made: dict[str, Any] = {
            "reader": write_index(Index("chapters", found, language, side), out)
        }
        if cover := _cover(shelf, package, items, names):
            made |= {"width": cover[0], "height": cover[1], "has_poster": True}
        return made


def _language(package: ET.Element) -> str:
    told = next(
        (each.text or "" for each in package.iter() if str(each.tag).endswith("}language")), ""
    )
    return told if _LANGUAGE.fullmatch(told) and told != "und" else ""


# --- titles


def _told_titles(shelf: _Shelf, items: dict[str, ET.Element]) -> dict[str, str]:
    """Return chapter -> title by the book's own table of contents (EPUB 3, else EPUB 2)."""
    told: dict[str, str] = {}
    for item in items.values():
        href = item.get("href", "")
        if "nav" in item.get("properties", "").split():
            entries = _modern_entries(_tree(shelf, href))
        elif href.endswith(".ncx"):
            entries = _old_entries(_tree(shelf, href))
        else:
            continue
        for place, words in entries:
            if words:
                told.setdefault(place.partition("#")[0], words)
    return told


def _modern_entries(root: ET.Element) -> list[tuple[str, str]]:
    return [(link.get("href", ""), _words(link)) for link in root.iter(f"{_H}a")]


def _old_entries(root: ET.Element) -> list[tuple[str, str]]:
    space = f"{{{markup.NCX}}}"
    return [
        (place.get("src", ""), _words(point.find(f"{space}navLabel")))
        for point in root.iter(f"{space}navPoint")
        if (place := point.find(f"{space}content")) is not None
    ]


def _tree(shelf: _Shelf, name: str) -> ET.Element:
    return markup.parse(shelf.book.read(f"OPS/{name}"))


def _words(element: ET.Element | None) -> str:
    return " ".join("".join(element.itertext()).split())[:200] if element is not None else ""


# --- chapters


def _write_chapter(shelf: _Shelf, name: str, number: int) -> str:
    """Write one chapter and return its first heading."""
    root = _tree(shelf, name)
    body = root.find(f"{_H}body")
    if body is None:
        body = ET.Element(f"{_H}body")
    for element in list(body.iter()):
        _adapt(shelf, element, name)
    title = next(
        (words for tag in _HEADINGS for each in body.iter(f"{_H}{tag}") if (words := _words(each))),
        "",
    )
    body.tag = f"{_H}div"
    for trait in ("lang", "dir"):
        value = body.get(trait) or root.get(trait) or root.get(f"{{{markup.XML}}}{trait}")
        if value:
            body.set(trait, value)
    text = markup.written(body, markup.XHTML).decode().partition("\n")[2]
    if len(text) > MAX_CHAPTER:
        raise Unusable("too_large", f"a chapter of {len(text)} characters")
    write_part(number, Part(html=_safe(text)), shelf.out)
    return title


def _adapt(shelf: _Shelf, element: ET.Element, name: str) -> None:
    """Let links lead to our pages, pictures to our files, and each block find its own direction."""
    local = str(element.tag).rpartition("}")[2]
    if element.get("id"):
        element.set("id", ANCHOR + element.get("id", ""))
    if local == "a":
        _lead(shelf, element, name)
    elif local == "img":
        _show(shelf, element, element.get("src", ""))
    elif local == "svg":
        _unwrap(shelf, element)
    elif local in _BLOCKS and element.get("dir") not in _SIDES:
        element.set("dir", "auto")


def _lead(shelf: _Shelf, link: ET.Element, name: str) -> None:
    address = link.get("href", "")
    if address.startswith(("http://", "https://")):
        return
    target, _hash, anchor = address.partition("#")
    number = shelf.chapters.get(target or name)
    link.attrib.pop("href", None)
    if number and (target or anchor):
        place = f"#{ANCHOR}{anchor}" if anchor else ""
        link.set(
            "href",
            place if number == shelf.chapters[name] and place else f"?bagian={number}{place}",
        )


def _show(shelf: _Shelf, image: ET.Element, source: str) -> None:
    size = _picture(shelf, source)
    for trait in ("src", "width", "height"):
        image.attrib.pop(trait, None)
    if size is None:  # what cannot be shown is told
        image.tag, image.text = f"{_H}span", image.attrib.pop("alt", "")
        return
    stem = posixpath.splitext(source)[0]
    image.set("src", f"{PICTURE}{stem}.webp")
    image.set("width", str(size[0]))
    image.set("height", str(size[1]))
    image.set("loading", "lazy")
    image.set("alt", image.get("alt", ""))


def _unwrap(shelf: _Shelf, drawing: ET.Element) -> None:
    """Most covers are one picture inside a drawing; any other drawing says only its title."""
    inside = next(drawing.iter(f"{{{markup.SVG}}}image"), None)
    title = _words(drawing.find(f"{{{markup.SVG}}}title"))
    source = (
        inside.get(f"{{{markup.XLINK}}}href") or inside.get("href") or ""
        if inside is not None
        else ""
    )
    tail = drawing.tail
    drawing.clear()
    drawing.tail = tail
    drawing.tag = f"{_H}img" if source else f"{_H}span"
    if source:
        drawing.set("alt", title)
        _show(shelf, drawing, source)
    else:
        drawing.text = title


def _safe(text: str) -> str:
    """The last gate: whatever came so far, only these tags and attributes reach a page."""
    return nh3.clean(
        text,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", PICTURE.rstrip(":")},
        link_rel="noopener noreferrer nofollow",
        clean_content_tags={"script", "style", "template", "title"},
    )


# --- pictures


def _picture(shelf: _Shelf, name: str) -> tuple[int, int] | None:
    """Make one picture of the book ready for pages, once, and return its size; None if there is none."""
    if name not in shelf.pictures:
        shelf.pictures[name] = _convert(shelf, name)
    return shelf.pictures[name]


def _convert(shelf: _Shelf, name: str) -> tuple[int, int] | None:
    image = _opened(shelf, name)
    if image is None:
        return None
    small = to_width(image, PICTURE_WIDTH)
    save_webp(small, shelf.out / FOLDER / f"{posixpath.splitext(name)[0]}.webp")
    return small.size


def _opened(shelf: _Shelf, name: str) -> Image.Image | None:
    """Return a picture of the book; one that cannot be shown costs itself and not the book."""
    try:
        data = shelf.book.read(f"OPS/{name}")
        with open_picture(io.BytesIO(data)) as opened:
            return upright_srgb(opened)
    except (KeyError, Unusable):
        return None


def _cover(
    shelf: _Shelf, package: ET.Element, items: dict[str, ET.Element], names: list[str]
) -> tuple[int, int] | None:
    """Write the posters from the cover that is told, else from the first picture of the book."""
    told = [item for item in items.values() if "cover-image" in item.get("properties", "").split()]
    told += [
        items[meta.get("content", "")]
        for meta in package.iter(f"{{{OPF}}}meta")
        if meta.get("name") == "cover" and meta.get("content") in items
    ]
    shown = [name for name, size in shelf.pictures.items() if size and min(size) >= 200]
    for name in [*(item.get("href", "") for item in told), *shown[:1]]:
        image = _opened(shelf, name)
        if image is not None:
            write_posters(image, shelf.out)
            return image.size
    return None
