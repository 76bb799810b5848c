"""PDFs and e-books with a name in every place that can hold one, and a search through all of them."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
    TextStringObject,
)

NAME = "Aisyah Ramadhani"
NEEDLE = b"Aisyah"
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


# --- searching


def layers(data: bytes) -> Iterator[bytes]:
    """Yield the bytes of a PDF, and each stream unpacked as often as zlib can."""
    yield data
    for found in _STREAM.finditer(data):
        body = found[1]
        while True:
            try:
                body = zlib.decompressobj().decompress(body)
            except zlib.error:
                break
            yield body


def holds(data: bytes, needle: bytes = NEEDLE) -> bool:
    """Say whether the needle is there: plain, in UTF-16, or as hexadecimal digits of either."""
    wide = needle.decode().encode("utf-16-be")
    forms = [needle, wide, needle.decode().encode("utf-16-le")]
    forms += [form.hex().encode() for form in forms] + [
        form.hex().upper().encode() for form in forms
    ]
    octal = re.sub(rb"\\(\d{3})", lambda found: bytes([int(found[1], 8)]), data)
    return any(form in text for form in forms for text in (data, octal))


def pdf_holds(data: bytes, needle: bytes = NEEDLE) -> bool:
    return any(holds(layer, needle) for layer in layers(data))


# --- building blocks


def words(**fields: object) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{key}"): _thing(value) for key, value in fields.items()})


def _thing(value: object) -> PdfObject:
    if isinstance(value, PdfObject):
        return value
    if isinstance(value, str) and value.startswith("/"):
        return NameObject(value)
    if isinstance(value, (list, tuple)):
        return ArrayObject([_thing(each) for each in value])
    kinds = {str: TextStringObject, float: FloatObject, int: NumberObject, bytes: ByteStringObject}
    return NullObject() if value is None else kinds[type(value)](value)


def stream(data: bytes, **fields: object) -> StreamObject:
    made = DecodedStreamObject()
    made.set_data(data)
    made.update(words(**fields))
    return made


def jpeg(*, named: bool = True, orientation: int = 1, size: tuple[int, int] = (64, 48)) -> bytes:
    """A photograph with a name in EXIF, XMP, IPTC, a comment, and behind its end."""
    buffer = io.BytesIO()
    image = Image.new("RGB", size, (200, 30, 30))
    image.paste((30, 30, 200), (size[0] // 2, 0, *size))
    if not named:
        image.save(buffer, "JPEG")
        return buffer.getvalue()
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = exif[0x8298] = NAME
    exif.get_ifd(0x8825)[1] = "S"
    exif.get_ifd(0x8825)[29] = NAME
    image.save(buffer, "JPEG", exif=exif, comment=NAME.encode(), xmp=f"<x>{NAME}</x>".encode())
    data = buffer.getvalue()
    iptc = b"Photoshop 3.0\x008BIM\x04\x04" + NAME.encode()
    return (
        data[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + data[2:] + NAME.encode()
    )


def jpeg2000() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (32, 32), (10, 120, 60)).save(buffer, "JPEG2000", comment=NAME)
    data = buffer.getvalue()
    xmp = NAME.encode()
    return data + struct.pack(">I", 8 + len(xmp)) + b"xml " + xmp


# --- a PDF that tells a name in every place


def pdf_with_names(pages: int = 2) -> bytes:
    """Two pages of visible text (`Halaman n`), a web link, a bookmark; all else tells the name."""
    writer = PdfWriter()
    xmp = stream(f"<x:xmpmeta>{NAME}</x:xmpmeta>".encode(), Type="/Metadata", Subtype="/XML")
    add = writer._add_object
    font = add(words(Type="/Font", Subtype="/Type1", BaseFont="/Helvetica"))
    photo = add(
        stream(
            jpeg(),
            Type="/XObject",
            Subtype="/Image",
            Width=64,
            Height=48,
            ColorSpace="/DeviceRGB",
            BitsPerComponent=8,
            Metadata=add(xmp),
            Filter="/DCTDecode",
        )
    )
    packed = add(
        stream(
            zlib.compress(jpeg()),
            Type="/XObject",
            Subtype="/Image",
            Width=64,
            Height=48,
            ColorSpace="/DeviceRGB",
            BitsPerComponent=8,
            Filter=["/FlateDecode", "/DCTDecode"],
            DecodeParms=[None, words(ColorTransform=1)],
        )
    )
    wavelet = add(
        stream(
            jpeg2000(), Type="/XObject", Subtype="/Image", Width=32, Height=32, Filter="/JPXDecode"
        )
    )
    form = add(
        stream(
            f"% {NAME}\n(a % b) pop 0 0 20 20 re f".encode(),
            Type="/XObject",
            Subtype="/Form",
            BBox=[0, 0, 20, 20],
            PieceInfo=words(Tool=words(Private=NAME)),
            LastModified=f"D:2026 {NAME}",
        )
    )
    layer = add(
        words(
            Type="/OCG",
            Name=f"Lapisan {NAME}",
            Usage=words(CreatorInfo=words(Creator=NAME, Subtype="/Artwork")),
        )
    )
    resources = words(
        Font=words(F1=font),
        XObject=words(Im1=photo, Im2=packed, Im3=wavelet, Fm1=form),
        Properties=words(L1=layer, P1=words(Metadata=add(xmp), Aisyah=NAME)),
    )
    for number in range(1, pages + 1):
        page = writer.add_blank_page(300, 400)
        text = (
            f"% made by {NAME}\nBT /F1 18 Tf 20 350 Td (Halaman {number} \\(100%\\)) Tj ET\n"
            "q 64 0 0 48 20 200 cm /Im1 Do Q q 64 0 0 48 120 200 cm /Im2 Do Q\n"
            "q 32 0 0 32 220 200 cm /Im3 Do Q /Fm1 Do"
        )
        page[NameObject("/Contents")] = add(stream(text.encode()))
        page[NameObject("/Resources")] = resources
        page[NameObject("/Thumb")] = add(stream(NAME.encode(), Width=1, Height=1))
        page[NameObject("/Metadata")] = add(xmp)
        page[NameObject("/PieceInfo")] = words(App=words(Private=NAME))
        page[NameObject("/AA")] = words(O=words(S="/JavaScript", JS=f"app.alert('{NAME}')"))
        page[NameObject("/VP")] = ArrayObject([words(Type="/Viewport", Name=NAME)])
    _annotate(writer, add)
    _tell_of_the_whole(writer, add, xmp, layer)
    buffer = io.BytesIO()
    writer.write(buffer)
    lost = b"99 0 obj\n(lost words of Aisyah Ramadhani)\nendobj\n"
    return buffer.getvalue() + lost + b"%" + NAME.encode() + _last_lines(buffer.getvalue())


def _last_lines(data: bytes) -> bytes:
    start = data[data.rindex(b"startxref") :].split()[1]
    return b"\nstartxref\n" + start + b"\n%%EOF\n"


def _annotate(writer: PdfWriter, add) -> None:
    first, second = (page.indirect_reference for page in writer.pages[:2])
    look = add(stream(b"0 0 30 10 re f", Type="/XObject", Subtype="/Form", BBox=[0, 0, 30, 10]))
    everyone = {"Rect": [10, 10, 60, 30], "T": NAME, "Contents": NAME, "NM": NAME, "M": NAME}
    notes = [
        words(Subtype="/Text", **everyone),
        words(Subtype="/Popup", **everyone),
        words(Subtype="/Link", A=words(S="/URI", URI="https://quran.kemenag.go.id/"), **everyone),
        words(Subtype="/Link", A=words(S="/URI", URI=f"mailto:{NAME}"), **everyone),
        words(Subtype="/Link", A=words(S="/Launch", F=NAME), **everyone),
        words(Subtype="/Link", A=words(S="/GoToR", F=NAME, D=[0, "/Fit"]), **everyone),
        words(Subtype="/Link", A=words(S="/JavaScript", JS=NAME), **everyone),
        words(Subtype="/Link", Dest=f"bab {NAME}", **everyone),
        words(Subtype="/Link", A=words(S="/GoTo", D=[second, "/XYZ", 0, 300, None]), **everyone),
        words(Subtype="/Stamp", AP=words(N=look), **everyone),
        words(
            Subtype="/Widget",
            FT="/Tx",
            V=NAME,
            TU=NAME,
            AP=words(N=words(On=look)),
            AS="/On",
            **everyone,
        ),
        words(Subtype="/FileAttachment", FS=words(F=NAME), **everyone),
    ]
    writer.pages[0][NameObject("/Annots")] = ArrayObject([add(note) for note in notes])
    writer.add_named_destination(f"bab {NAME}", 1)
    writer.add_outline_item(title="Bab kedua", page_number=1)
    assert first


def _tell_of_the_whole(writer: PdfWriter, add, xmp: PdfObject, layer: PdfObject) -> None:
    writer.add_metadata({"/Author": NAME, "/Title": NAME, "/Creator": NAME, "/Subject": NAME})
    writer.add_attachment(f"{NAME}.txt", NAME.encode())
    root = writer.root_object
    script = words(S="/JavaScript", JS=f"app.alert('{NAME}')")
    root["/Names"][NameObject("/JavaScript")] = words(Names=[NAME, script])
    page = writer.pages[0].indirect_reference
    picture = add(
        words(Type="/StructElem", S="/Figure", Alt=f"C:\\Users\\{NAME}\\foto.jpg", Pg=page, T=NAME)
    )
    told = add(
        words(
            Type="/StructElem", S="/P", K=[0, picture], Alt="Sebuah pohon", Pg=page, ID=NAME, T=NAME
        )
    )
    root.update(
        {
            NameObject("/Metadata"): add(xmp),
            NameObject("/Lang"): TextStringObject("id"),
            NameObject("/URI"): words(Base=f"https://{NAME}/"),
            NameObject("/OpenAction"): words(S="/JavaScript", JS=NAME),
            NameObject("/AcroForm"): words(Fields=[], DA=NAME, XFA=add(stream(NAME.encode()))),
            NameObject("/PieceInfo"): words(App=words(Private=NAME)),
            NameObject("/PageLabels"): words(Nums=[0, words(S="/D", P=NAME)]),
            NameObject("/ViewerPreferences"): words(Direction="/R2L", NumCopies=2),
            NameObject("/OCProperties"): words(
                OCGs=[layer], D=words(Name=NAME, Creator=NAME, OFF=[layer])
            ),
            NameObject("/MarkInfo"): words(Marked=1),
            NameObject("/StructTreeRoot"): add(
                words(Type="/StructTreeRoot", K=[told], RoleMap=words(X="/P"))
            ),
            NameObject("/Legal"): words(Attestation=NAME),
            NameObject("/AisyahPrivate"): TextStringObject(NAME),
        }
    )
    writer._ID = ArrayObject([ByteStringObject(NAME.encode()), ByteStringObject(NAME.encode())])


def reading(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data), strict=True)


# --- an e-book that tells a name in every place

CONTAINER = f"""<?xml version="1.0"?><!-- {NAME} -->
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="OEBPS/{NAME}.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>"""

PACKAGE = """<?xml version="1.0" encoding="utf-8"?><!-- {name} -->
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="bid" xml:lang="id" prefix="x: http://{name}/">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">
<dc:identifier id="bid">buku-{name}</dc:identifier><dc:identifier>urn:isbn:{name}</dc:identifier>
<dc:title id="t">Catatan Serambi</dc:title><dc:language>id</dc:language>
<dc:creator id="c" opf:file-as="{name}">{name}</dc:creator><dc:contributor>{name}</dc:contributor>
<dc:publisher>{name}</dc:publisher><dc:rights>{name}</dc:rights><dc:description>{name}</dc:description>
<dc:source>{name}</dc:source><dc:subject>{name}</dc:subject><dc:date>2026</dc:date>
<meta property="dcterms:modified">2026-07-10T09:00:00Z</meta>
<meta refines="#c" property="role">{name}</meta><meta property="dcterms:creator">{name}</meta>
<meta name="calibre:user_metadata" content="{name}"/><meta name="calibre:series" content="{name}"/>
<meta name="generator" content="{name}"/><meta name="cover" content="{name}-cover"/>
<meta property="rendition:layout">reflowable</meta><meta property="schema:accessibilitySummary">{name}</meta>
<link rel="record" href="http://{name}/"/>
</metadata>
<manifest>
<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>
<item id="{name}-cover" href="foto%20{quoted}.jpg" media-type="image/jpeg" properties="cover-image"/>
<item id="png" href="gambar.png" media-type="image/png"/>
<item id="svg" href="gambar.svg" media-type="image/svg+xml"/>
<item id="one" href="{quoted}.xhtml" media-type="application/xhtml+xml" properties="scripted"/>
<item id="two" href="dua.xhtml" media-type="application/xhtml+xml"/>
<item id="css" href="gaya.css" media-type="text/css"/>
<item id="font" href="huruf.otf" media-type="font/otf"/>
<item id="js" href="skrip.js" media-type="application/javascript"/>
<item id="x" href="x.bin" media-type="application/x-{name}"/>
<item id="gone" href="tidak-ada.xhtml" media-type="application/xhtml+xml"/>
</manifest>
<spine toc="ncx" page-progression-direction="rtl"><itemref idref="one" id="{name}"/><itemref idref="two" linear="no"/></spine>
<guide><reference type="cover" title="{name}" href="{quoted}.xhtml"/></guide>
<collection role="{name}"><link href="x"/></collection>
</package>"""

CHAPTER = """<?xml version="1.0" encoding="utf-8"?><?{pi} {name}?>
<!DOCTYPE html [<!ENTITY who "{name}">]>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" xmlns:calibre="http://calibre/{name}" lang="ar" dir="rtl">
<head><title>Bab satu</title><meta name="author" content="{name}"/><meta name="viewport" content="width=600"/>
<link rel="stylesheet" href="gaya.css"/><link rel="author" href="{name}"/><base href="http://{name}/"/>
<style>/* {name} */ p {{ background: url("http://x/{name}.png") }} b {{ content: "/* tetap */" }}</style>
<script>alert("{name}")</script></head>
<body onload="alert('{name}')" data-by="{name}" calibre:by="{name}">
<!-- {name} -->
<h1 id="awal">بسم الله</h1><p epub:type="x" style="color: red; /* {name} */">Teks&nbsp;bab satu.<script src="skrip.js"/> lanjut</p>
<p><img src="foto%20{quoted}.jpg" alt="Sebuah foto" srcset="http://x/{name} 2x"/><img src="http://x/{name}.png" alt=""/></p>
<p><img src="data:image/png;base64,{inline}" alt="kecil"/></p>
<form action="http://x/{name}"><input value="{name}"/></form><iframe src="{name}"/>
<p><a href="dua.xhtml#b">dua</a> <a href="javascript:alert(1)">x</a> <a href="mailto:{name}">surat</a> <a href="https://quran.kemenag.go.id/">web</a></p>
</body></html>"""

DRAWING = """<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
 xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9" inkscape:export-filename="C:\\{name}\\a.png">
<metadata>{name}</metadata><!-- {name} --><script>{name}</script><circle r="4" onclick="{name}"/><image xlink:href="gambar.png"/></svg>"""

CONTENTS = """<?xml version="1.0"?><!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd">
<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><head><meta name="dtb:uid" content="buku-{name}"/>
<meta name="dtb:generator" content="{name}"/></head><docTitle><text>Catatan Serambi</text></docTitle>
<docAuthor><text>{name}</text></docAuthor><navMap><navPoint id="n1" playOrder="1"><navLabel><text>Bab satu</text></navLabel>
<content src="{quoted}.xhtml#awal"/></navPoint></navMap></ncx>"""


def png_with_name() -> bytes:
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_text("Author", NAME)
    told.add_itxt("XML:com.adobe.xmp", NAME)
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "PNG", pnginfo=told)
    return buffer.getvalue()


def book_with_names(changes: dict[str, bytes | None] | None = None) -> bytes:
    """An EPUB of two chapters, an Arabic one among them; `changes` replace or take away members."""
    import base64
    from urllib.parse import quote

    quoted = quote(NAME)
    fill = {"name": NAME, "quoted": quoted, "pi": "calibre"}
    fill["inline"] = base64.b64encode(png_with_name()).decode()
    html = '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops"><head><title>x</title></head><body>{}</body></html>'
    members: dict[str, bytes | None] = {
        "META-INF/container.xml": CONTAINER.encode(),
        "META-INF/calibre_bookmarks.txt": NAME.encode(),
        "META-INF/metadata.xml": NAME.encode(),
        f"OEBPS/{NAME}.opf": PACKAGE.format(**fill).encode(),
        "OEBPS/nav.xhtml": html.format(
            f'<nav epub:type="toc"><ol><li><a href="{quoted}.xhtml">Bab satu</a></li><li><a href="dua.xhtml">Bab dua</a></li></ol></nav>'
        ).encode(),
        "OEBPS/toc.ncx": CONTENTS.format(**fill).encode(),
        f"OEBPS/foto {NAME}.jpg": jpeg(orientation=6, size=(640, 400)),
        "OEBPS/gambar.png": png_with_name(),
        "OEBPS/gambar.svg": DRAWING.format(**fill).encode(),
        f"OEBPS/{NAME}.xhtml": CHAPTER.format(**fill).encode(),
        "OEBPS/dua.xhtml": html.format('<p id="b">Bab dua tanpa nama.</p>').encode(),
        "OEBPS/gaya.css": f'/* {NAME} */ @import "http://{NAME}/x.css"; @font-face {{ src: url(huruf.otf) }} p {{ margin: 0 }}'.encode(),
        "OEBPS/huruf.otf": b"OTTO" + bytes(range(200)),
        "OEBPS/skrip.js": NAME.encode(),
        "OEBPS/x.bin": NAME.encode(),
        "iTunesMetadata.plist": NAME.encode(),
        **(changes or {}),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = NAME.encode()
        archive.writestr("mimetype", "application/epub+zip", zipfile.ZIP_STORED)
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return buffer.getvalue()
