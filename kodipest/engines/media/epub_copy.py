"""Pack an e-book anew with only what is read: no names of people, no scripts, no forgotten files.

What the package lists is taken, everything else in the zip stays behind. Pieces are renamed,
because people write their names into the names of files. The law is EPUB 3.3; EPUB 2 is kept as 2.
"""

import hashlib
import posixpath
import re
import uuid
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kodipest.engines.media import epub_markup as markup
from kodipest.engines.media.bare import bare_picture
from kodipest.engines.media.epub import check_epub, root_file
from kodipest.engines.media.epub_sounds import bare_sound
from kodipest.engines.media.errors import Unusable

FOLDER = "OPS"
PACKAGE = "package.opf"
OPF = "http://www.idpf.org/2007/opf"
DC = "http://purl.org/dc/elements/1.1/"
CONTAINER = "urn:oasis:names:tc:opendocument:xmlns:container"
ENCRYPTION = "http://www.w3.org/2001/04/xmlenc#"

_TYPES = {
    "application/xhtml+xml": "xhtml",
    "text/html": "xhtml",
    "application/x-dtbncx+xml": "ncx",
    "application/smil+xml": "smil",
    "text/css": "css",
    "image/svg+xml": "svg",
    "image/jpeg": "jpg",
    "image/jpg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "font/otf": "otf",
    "font/ttf": "ttf",
    "font/woff": "woff",
    "font/woff2": "woff2",
    "application/vnd.ms-opentype": "otf",
    "application/font-sfnt": "ttf",
    "application/font-woff": "woff",
    "application/x-font-ttf": "ttf",
    "application/x-font-truetype": "ttf",
    "application/x-font-opentype": "otf",
    "application/x-font-otf": "otf",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
}
_FONTS = {"otf", "ttf", "woff", "woff2"}
_SOUNDS = {"mp3", "m4a", "mp4"}
_PICTURES = {"jpg", "png", "gif", "webp"}
_FONT_LOCKS = {
    "http://www.idpf.org/2008/embedding",
    "http://ns.adobe.com/pdf/enc#RC",
}
_PROPERTIES = {"nav", "cover-image", "svg", "mathml", "switch"}
_NEUTRAL_IDENTIFIER = re.compile(
    r"(?:urn:uuid:)?[0-9a-fA-F-]{32,36}|(?:urn:isbn:|isbn:?\s*)?[\d-]{10,17}X?", re.IGNORECASE
)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
_LAYOUT = re.compile(
    r"rendition:(layout|orientation|spread|flow|viewport)|media:(duration|active-class|playback-active-class)"
)
_PLAIN = re.compile(r"[A-Za-z0-9:. =,-]{1,60}")
_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(slots=True)
class Piece:
    """One file of the book: where it lay, and as what it is packed."""

    path: str
    kind: str
    name: str
    mime: str
    old_id: str
    new_id: str
    item: ET.Element = field(repr=False)


def copy_epub(source: Path, target: Path) -> None:
    """Write the bare copy of the book at `source` to `target`; the same book gives the same bytes.

    Raises Unusable: `damaged`, `too_large`, `unsupported`, `locked` (a licence guards it).
    """
    check_epub(source)
    try:
        with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
            _Book(old, new).write()
    except (zipfile.BadZipFile, KeyError, ValueError, RecursionError, NotImplementedError) as error:
        raise Unusable("damaged", f"{type(error).__name__}: {error}") from error


class _Book:
    def __init__(self, old: zipfile.ZipFile, new: zipfile.ZipFile) -> None:
        self.old = old
        self.new = new
        self.package_path = root_file(old)
        data = old.read(self.package_path)
        self.digest = hashlib.sha256(data).digest()
        self.package = markup.parse(data)
        self.pieces = {piece.path: piece for piece in self._listed()}
        self.locks = self._font_locks()
        self.identifier = self._identifier()
        self.ids = {piece.old_id: piece.new_id for piece in self.pieces.values()}

    def write(self) -> None:
        self._add("mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        self._add("META-INF/container.xml", _container())
        if self.locks:
            self._add("META-INF/encryption.xml", self._encryption())
        self._add(f"{FOLDER}/{PACKAGE}", self._package())
        for piece in self.pieces.values():
            self._add(f"{FOLDER}/{piece.name}", self._bare(piece))

    def _add(self, name: str, content: bytes, method: int = zipfile.ZIP_DEFLATED) -> None:
        entry = zipfile.ZipInfo(name, date_time=_DATE)
        entry.compress_type = method
        entry.create_system = 3
        entry.external_attr = 0o644 << 16
        self.new.writestr(entry, content)

    # --- what is in it

    def _listed(self) -> list[Piece]:
        present = set(self.old.namelist())
        found: list[Piece] = []
        seen = set[str]()
        for item in self.package.iter(f"{{{OPF}}}item"):
            mime = item.get("media-type", "").split(";")[0].strip().lower()
            path = _joined(self.package_path, item.get("href", ""))
            kind = _TYPES.get(mime)
            if kind is None or path not in present or path in seen:
                continue  # programs, and what only the maker's own tools know
            seen.add(path)
            number = len(found) + 1
            mime = "application/xhtml+xml" if kind == "xhtml" else mime
            mime = "image/jpeg" if kind == "jpg" else mime
            name, own = f"f{number:04}.{kind}", f"f{number:04}"
            found.append(Piece(path, kind, name, mime, item.get("id", ""), own, item))
        if not any(piece.kind == "xhtml" for piece in found):
            raise Unusable("damaged", "no chapter is listed")
        return found

    def _where(self, base: str) -> Callable[[str], str | None]:
        def find(address: str) -> str | None:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc or not parts.path:
                return None
            piece = self.pieces.get(_joined(base, parts.path))
            if piece is None:
                return None
            return f"{piece.name}#{parts.fragment}" if parts.fragment else piece.name

        return find

    def _bare(self, piece: Piece) -> bytes:
        data, where = self.old.read(piece.path), self._where(piece.path)
        if piece.kind == "xhtml":
            return markup.bare_chapter(data, where)
        if piece.kind == "css":
            return markup.bare_style(markup.text_of(data), where).encode()
        if piece.kind == "ncx":
            return self._bare_contents(data, where)
        if piece.kind in {"svg", "smil"}:
            space = markup.SVG if piece.kind == "svg" else markup.SMIL
            return markup.bare_xml(data, space, where)
        if piece.kind in _PICTURES:
            return bare_picture(data)
        return bare_sound(data, piece.kind) if piece.kind in _SOUNDS else data

    def _bare_contents(self, data: bytes, where: markup.Where) -> bytes:
        root = markup.parse(data)
        markup.clean_tree(root, where)
        for fact in root.iter(f"{{{markup.NCX}}}meta"):
            if fact.get("name") == "dtb:uid":
                fact.set("content", self.identifier)
        return markup.written(root, markup.NCX)

    # --- what is said about it

    def _identifier(self) -> str:
        """Return an identifier that names no person; fonts locked with one that does are given up."""
        wanted = self.package.get("unique-identifier")
        told = [
            each for each in self.package.iter(f"{{{DC}}}identifier") if (each.text or "").strip()
        ]
        chosen = next(
            (each for each in told if each.get("id") == wanted), told[0] if told else None
        )
        old = (chosen.text or "").strip() if chosen is not None else ""
        if _NEUTRAL_IDENTIFIER.fullmatch(old):
            return old
        for path in self.locks:
            del self.pieces[path]
        self.locks.clear()
        return f"urn:uuid:{uuid.UUID(bytes=self.digest[:16], version=4)}"

    def _package(self) -> bytes:
        version = "2.0" if self.package.get("version", "").startswith("2") else "3.0"
        root = ET.Element(f"{{{OPF}}}package", {"version": version, "unique-identifier": "uid"})
        for name in ("dir", f"{{{markup.XML}}}lang"):
            if _PLAIN.fullmatch(value := self.package.get(name, "")):
                root.set(name, value)
        root.append(self._metadata(version))
        root.append(self._manifest())
        root.append(self._spine())
        if guide := self._guide():
            root.append(guide[0])
        ET.register_namespace("dc", DC)
        return markup.written(root, OPF)

    def _metadata(self, version: str) -> ET.Element:
        told = ET.Element(f"{{{OPF}}}metadata")
        ET.SubElement(told, f"{{{DC}}}identifier", {"id": "uid"}).text = self.identifier
        title = next((each.text for each in self.package.iter(f"{{{DC}}}title") if each.text), "-")
        ET.SubElement(told, f"{{{DC}}}title").text = title.strip() or "-"
        languages = [(each.text or "").strip() for each in self.package.iter(f"{{{DC}}}language")]
        for language in [each for each in languages if _PLAIN.fullmatch(each)] or ["und"]:
            ET.SubElement(told, f"{{{DC}}}language").text = language
        facts = list(self.package.iter(f"{{{OPF}}}meta"))
        if version == "3.0":
            moments = [
                (each.text or "").strip()
                for each in facts
                if each.get("property") == "dcterms:modified"
            ]
            moment = next(
                (each for each in moments if _MOMENT.fullmatch(each)), "1980-01-01T00:00:00Z"
            )
            ET.SubElement(told, f"{{{OPF}}}meta", {"property": "dcterms:modified"}).text = moment
        for fact in facts:
            self._keep_fact(fact, told)
        return told

    def _keep_fact(self, fact: ET.Element, told: ET.Element) -> None:
        """Keep which piece is the cover and how pages are laid out; nothing else is needed to read."""
        text, name = (fact.text or "").strip(), fact.get("property", "")
        if fact.get("name") == "cover" and fact.get("content") in self.ids:
            cover = {"name": "cover", "content": self.ids[fact.get("content", "")]}
            ET.SubElement(told, f"{{{OPF}}}meta", cover)
        elif _LAYOUT.fullmatch(name) and _PLAIN.fullmatch(text):
            kept = {"property": name}
            refined = fact.get("refines", "").lstrip("#")
            if refined:
                if refined not in self.ids:
                    return
                kept["refines"] = f"#{self.ids[refined]}"
            ET.SubElement(told, f"{{{OPF}}}meta", kept).text = text

    def _manifest(self) -> ET.Element:
        listed = ET.Element(f"{{{OPF}}}manifest")
        for piece in self.pieces.values():
            told = {"id": piece.new_id, "href": piece.name, "media-type": piece.mime}
            kept = [
                word for word in piece.item.get("properties", "").split() if word in _PROPERTIES
            ]
            if kept:
                told["properties"] = " ".join(kept)
            for name in ("fallback", "media-overlay"):
                if piece.item.get(name) in self.ids:
                    told[name] = self.ids[piece.item.get(name, "")]
            ET.SubElement(listed, f"{{{OPF}}}item", told)
        return listed

    def _spine(self) -> ET.Element:
        old = self.package.find(f"{{{OPF}}}spine")
        spine = ET.Element(f"{{{OPF}}}spine")
        if old is None:
            raise Unusable("damaged", "no order of reading")
        if old.get("toc") in self.ids:
            spine.set("toc", self.ids[old.get("toc", "")])
        if old.get("page-progression-direction") in {"rtl", "ltr"}:
            spine.set("page-progression-direction", old.get("page-progression-direction", ""))
        for reference in old.iter(f"{{{OPF}}}itemref"):
            if reference.get("idref") not in self.ids:
                continue
            told = {"idref": self.ids[reference.get("idref", "")]}
            told |= {"linear": "no"} if reference.get("linear") == "no" else {}
            if _PLAIN.fullmatch(words := reference.get("properties", "")):
                told["properties"] = words
            ET.SubElement(spine, f"{{{OPF}}}itemref", told)
        if not len(spine):
            raise Unusable("damaged", "an empty order of reading")
        return spine

    def _guide(self) -> list[ET.Element]:
        guide = ET.Element(f"{{{OPF}}}guide")
        where = self._where(self.package_path)
        for reference in self.package.iter(f"{{{OPF}}}reference"):
            place = where(reference.get("href", ""))
            if place and _PLAIN.fullmatch(kind := reference.get("type", "")):
                ET.SubElement(guide, f"{{{OPF}}}reference", {"type": kind, "href": place})
        return [guide] if len(guide) else []

    # --- fonts that are locked to this book

    def _font_locks(self) -> dict[str, str]:
        """Return path -> algorithm of locked fonts. Raises Unusable(`locked`) for any other lock."""
        if "META-INF/encryption.xml" not in self.old.namelist():
            return {}
        found = {}
        root = markup.parse(self.old.read("META-INF/encryption.xml"))
        for each in root.iter(f"{{{ENCRYPTION}}}EncryptedData"):
            method = each.find(f"{{{ENCRYPTION}}}EncryptionMethod")
            place = next(each.iter(f"{{{ENCRYPTION}}}CipherReference"), None)
            algorithm = method.get("Algorithm", "") if method is not None else ""
            path = unquote(place.get("URI", "")) if place is not None else ""
            piece = self.pieces.get(path)
            if algorithm not in _FONT_LOCKS or (piece and piece.kind not in _FONTS):
                raise Unusable("locked", f"{path[:80]!r} is locked by {algorithm[:80]!r}")
            if piece:
                found[path] = algorithm
        return found

    def _encryption(self) -> bytes:
        root = ET.Element(f"{{{CONTAINER}}}encryption")
        ET.register_namespace("enc", ENCRYPTION)
        for path, algorithm in self.locks.items():
            data = ET.SubElement(root, f"{{{ENCRYPTION}}}EncryptedData")
            ET.SubElement(data, f"{{{ENCRYPTION}}}EncryptionMethod", {"Algorithm": algorithm})
            place = ET.SubElement(data, f"{{{ENCRYPTION}}}CipherData")
            address = {"URI": f"{FOLDER}/{self.pieces[path].name}"}
            ET.SubElement(place, f"{{{ENCRYPTION}}}CipherReference", address)
        return markup.written(root, CONTAINER)


def _container() -> bytes:
    root = ET.Element(f"{{{CONTAINER}}}container", {"version": "1.0"})
    files = ET.SubElement(root, f"{{{CONTAINER}}}rootfiles")
    told = {"full-path": f"{FOLDER}/{PACKAGE}", "media-type": "application/oebps-package+xml"}
    ET.SubElement(files, f"{{{CONTAINER}}}rootfile", told)
    return markup.written(root, CONTAINER)


def _joined(base: str, address: str) -> str:
    """Return the path inside the zip that `address`, written in `base`, means."""
    path = unquote(urlsplit(address).path)
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), path))
