"""Chapters, drawings, tables of contents and style sheets of an e-book, without scripts and names."""

import base64
import binascii
import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

import nh3

from kodipest.engines.media.bare import bare_picture
from kodipest.engines.media.errors import Unusable

XHTML = "http://www.w3.org/1999/xhtml"
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
OPS = "http://www.idpf.org/2007/ops"
NCX = "http://www.daisy.org/z3986/2005/ncx/"
SMIL = "http://www.w3.org/ns/SMIL"
MATHML = "http://www.w3.org/1998/Math/MathML"
XML = "http://www.w3.org/XML/1998/namespace"

_PREFIXES = {"svg": SVG, "xlink": XLINK, "epub": OPS, "m": MATHML}
_SPACES_OF_ELEMENTS = {XHTML, SVG, NCX, SMIL, MATHML}
_SPACES_OF_ATTRIBUTES = {XLINK, OPS, XML}
_LEFT_OUT = set("script object embed applet iframe frame frameset form input button select".split())
_LEFT_OUT |= set("textarea base metadata docAuthor foreignObject handler listener set".split())
_LEFT_OUT |= set("animate animateMotion animateTransform rdf RDF noscript template".split())
_NCX_FACTS = {"dtb:uid", "dtb:depth", "dtb:totalPageCount", "dtb:maxPageNumber"}
_ADDRESSES = {"href", "src", "poster", f"{{{XLINK}}}href", f"{{{OPS}}}textref"}
_ATTRIBUTES_LEFT_OUT = re.compile(
    r"on\w+|data-.*|srcset|ping|cite|longdesc|background|about|property|typeof|resource|datatype"
    r"|nonce|integrity|formaction|action|manifest|profile|archive|codebase|classid|usemap|vocab"
)
_DOCTYPE = re.compile(r"<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>", re.DOTALL | re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENCODING = re.compile(rb"""^[^>]{0,200}?encoding\s*=\s*["']([\w.-]+)""")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_OWN_ENTITIES = {"amp", "lt", "gt", "quot", "apos"}
_EMPTY = "area base br col embed hr img input link meta source track wbr".split()
_UNCLOSED = re.compile(rf"<({'|'.join(_EMPTY)})\b([^>]*?)/?>")
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)
_DATA = re.compile(r"data:(image/(?:png|jpeg|gif|webp));base64,(.*)", re.DOTALL)
_CSS = re.compile(
    r"""/\*.*?(?:\*/|\Z)
    | @import\s+(?P<imported>"[^"\n]*"|'[^'\n]*')
    | url\(\s*(?P<address>"[^"\n]*"|'[^'\n]*'|[^)"'\s]*)\s*\)
    | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*'""",
    re.DOTALL | re.VERBOSE | re.IGNORECASE,
)

# Says where a piece of the book lies now, by the address that another piece gives; None: nowhere.
Where = Callable[[str], str | None]


def parse(data: bytes) -> ET.Element:
    """Parse XML as books bring it: with a DOCTYPE, HTML's named entities, any encoding.

    Raises Unusable(`damaged`). Nothing outside is ever read, and no entity of the file's own is
    known, so none can grow.
    """
    text = _DECLARATION.sub("", _DOCTYPE.sub("", text_of(data), count=1), count=1)
    try:
        return ET.fromstring(_ENTITY.sub(_spelled_out, text))  # noqa: S314 -- see above
    except (ET.ParseError, RecursionError) as error:
        raise Unusable("damaged", f"{error}") from error


def text_of(data: bytes) -> str:
    """Decode by the mark at the beginning, by what is declared, else as UTF-8."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    declared = _ENCODING.match(data)
    try:
        return data.decode(declared[1].decode() if declared else "utf-8-sig").lstrip("\ufeff")
    except (LookupError, UnicodeDecodeError):
        return data.decode("utf-8", "replace").lstrip("\ufeff")


def _spelled_out(found: re.Match[str]) -> str:
    return found[0] if found[1] in _OWN_ENTITIES else html.unescape(found[0])


def written(root: ET.Element, space: str, *, doctype: str = "") -> bytes:
    """Write XML with `space` as the namespace that needs no prefix."""
    for prefix, uri in _PREFIXES.items():
        ET.register_namespace(prefix, uri)
    ET.register_namespace("", space)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}{body}\n'.encode()


def bare_chapter(data: bytes, where: Where) -> bytes:
    """Clean a chapter. One that is not well-formed is repaired first, as browsers do."""
    try:
        root = parse(data)
    except Unusable:
        root = parse(_repaired(text_of(data)))
    for element in root.iter():  # old books forget to say that they are HTML
        if _split(element.tag)[0] == "":
            element.tag = f"{{{XHTML}}}{element.tag}"
    clean_tree(root, where)
    return written(root, XHTML, doctype="<!DOCTYPE html>\n")


def bare_xml(data: bytes, space: str, where: Where) -> bytes:
    """Clean a drawing, a table of contents (NCX) or a reading aloud (SMIL)."""
    root = parse(data)
    clean_tree(root, where)
    return written(root, space)


def _repaired(text: str) -> bytes:
    """Let an HTML parser close what was left open, and write that as XML."""
    title = _TITLE.search(text)
    attributes = {"*": {"id", "class", "lang", "dir", "title", "style"}, **nh3.ALLOWED_ATTRIBUTES}
    body = nh3.clean(
        text,
        tags=nh3.ALLOWED_TAGS | {"section", "header", "footer", "main", "u", "s", "link"},
        attributes={tag: names - {"rel"} for tag, names in attributes.items()},
        link_rel=None,
        clean_content_tags={"script", "style", "title"},
        url_relative="pass_through",
    )
    closed = _UNCLOSED.sub(r"<\1\2/>", body)
    head = f"<head><title>{html.escape(html.unescape(title[1])) if title else ''}</title></head>"
    return f'<html xmlns="{XHTML}">{head}<body>{closed}</body></html>'.encode()


def clean_tree(root: ET.Element, where: Where) -> None:
    """Take out, in place, what runs, what tells of people and programs, and what is fetched."""
    for parent in list(root.iter()):
        for child in list(parent):
            if not _may_stay(child):
                _take_out(parent, child)
    for element in root.iter():
        _clean_attributes(element, where)
        if _local(element.tag) == "style" and element.text:
            element.text = bare_style(element.text, where)


def _may_stay(element: ET.Element) -> bool:
    space, local = _split(element.tag)
    if space not in _SPACES_OF_ELEMENTS or local in _LEFT_OUT:
        return False
    if local == "meta":
        return element.get("name") == "viewport" or element.get("name") in _NCX_FACTS
    return local != "link" or "stylesheet" in element.get("rel", "").lower().split()


def _take_out(parent: ET.Element, child: ET.Element) -> None:
    """Remove an element; the text behind it belongs to its parent and stays."""
    siblings = list(parent)
    at = siblings.index(child)
    if child.tail:
        before = siblings[at - 1] if at else None
        if before is None:
            parent.text = (parent.text or "") + child.tail
        else:
            before.tail = (before.tail or "") + child.tail
    parent.remove(child)


def _clean_attributes(element: ET.Element, where: Where) -> None:
    is_link = _local(element.tag) == "a"
    for name, value in list(element.attrib.items()):
        space, local = _split(name)
        if name in _ADDRESSES:
            place = _place(value, where, is_link=is_link)
            if place is None:
                del element.attrib[name]
            else:
                element.set(name, place)
        elif space not in {"", *_SPACES_OF_ATTRIBUTES} or _ATTRIBUTES_LEFT_OUT.fullmatch(
            local.lower()
        ):
            del element.attrib[name]
        elif local == "style":
            element.set(name, bare_style(value, where))


def _place(address: str, where: Where, *, is_link: bool) -> str | None:
    """Return the address to write; a link may lead to the web, a picture never comes from there."""
    address = address.strip()
    if address.startswith("#"):
        return address
    if is_link and address.lower().startswith(("http://", "https://")):
        return address
    if inline := _DATA.fullmatch(address):
        return _bare_data(inline)
    return where(address)


def _bare_data(inline: re.Match[str]) -> str | None:
    try:
        picture = bare_picture(base64.b64decode(inline[2]))
    except (binascii.Error, Unusable):
        return None
    return f"data:{inline[1]};base64,{base64.b64encode(picture).decode()}"


def bare_style(text: str, where: Where) -> str:
    """Drop comments, and every address that does not lie inside the book."""

    def instead(found: re.Match[str]) -> str:
        if found[0].startswith("/*"):
            return " "
        address = found["imported"] or found["address"]
        if address is None:
            return found[0]
        place = _place(address.strip("\"'"), where, is_link=False)
        if found["imported"]:
            return f'@import "{place}"' if place else '@import ""'
        return f'url("{place}")' if place else "none"

    return _CSS.sub(instead, text)


def _split(tag: object) -> tuple[str, str]:
    """Cut `{namespace}local` in two; a comment has neither."""
    text = tag if isinstance(tag, str) else "{?}?"
    space, _brace, local = text.rpartition("}")
    return space.lstrip("{"), local


def _local(tag: object) -> str:
    return _split(tag)[1]
