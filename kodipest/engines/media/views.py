"""Renditions over HTTP, for a node; a hub lets Caddy or a CDN serve the public tree."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import BinaryIO, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from kodipest.engines.media import storage, stores

# What may leave the house at all, and as what. A manifest is ours, an original is nobody's.
TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".mp4": "video/mp4",
    ".m4s": "video/iso.segment",
    ".m4a": "audio/mp4",
    ".opus": "audio/ogg",
    ".mp3": "audio/mpeg",
    ".vtt": "text/vtt; charset=utf-8",
    ".jpg": "image/jpeg",
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".png": "image/png",
    ".pdf": "application/pdf",
    ".epub": "application/epub+zip",
}
LISTS = {".m3u8", ".mpd"}  # they grow, and change when an addition joins
TEXT = {".m3u8", ".mpd", ".vtt"}  # small: compressed by the middleware, never asked for in ranges
# A reader may run scripts of an e-book in the name of this site: it is only ever saved.
ALWAYS_SAVED = {".epub"}
NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
BLOCK_BYTES = 256 * 1024
FOR_EVER = "max-age=31536000, immutable"
# What was withdrawn must be gone from every cache between here and the public: they ask again.
SHARED_SECONDS = 300
FINISHED_MANIFEST = "manifest.json"  # written last: while it is absent the folder grows


class Span(NamedTuple):
    """Bytes `start` to `end` inclusive, as in RFC 9110 section 14.1.2."""

    start: int
    end: int


@require_safe
def public(request: HttpRequest, folder: str, name: str) -> HttpResponseBase:
    """Serve a file of a published folder to anybody."""
    if not storage.FOLDER.fullmatch(folder) or not storage.is_public(folder):
        raise Http404
    return _serve(request, folder, name, shared=True)


@require_safe
def private(request: HttpRequest, token: str, folder: str, name: str) -> HttpResponseBase:
    """Serve a file of any folder to whoever holds the signed, ending address of it.

    A wrong or ended token is answered like a missing file: it tells nothing about the folder.
    """
    _open(token, folder)
    return _serve(request, folder, name, shared=False)


@require_safe
def opens(request: HttpRequest, token: str, folder: str, name: str) -> HttpResponseBase:
    """Say 204 to Caddy when `token` opens `folder`, so that the bytes need not pass here.

    With a bucket it lends the signature that opens this one file; `X-Forwarded-Method` says for what.
    """
    _open(token, folder)
    method = request.headers.get("X-Forwarded-Method", "GET")
    lent = stores.chosen().lend(folder, name, method)
    headers = {"X-Media-Query": f"?{lent}"} if lent else {}
    return HttpResponse(status=HTTPStatus.NO_CONTENT, headers=headers)


def _open(token: str, folder: str) -> None:
    if not storage.FOLDER.fullmatch(folder) or not storage.opens_folder(token, folder):
        raise Http404


def _serve(request: HttpRequest, folder: str, name: str, *, shared: bool) -> HttpResponseBase:
    path = _find(folder, name)
    try:
        file = path.open("rb")
    except OSError as error:
        raise Http404 from error
    status = path.stat()
    etag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    unchanged = get_conditional_response(request, etag=etag)
    if unchanged:
        file.close()
    response = unchanged or _body(request, file, status.st_size, path.suffix, etag)
    is_growing = not (storage.rendition_path(folder) / FINISHED_MANIFEST).exists()
    response["ETag"] = etag
    response["Cache-Control"] = _caching(path.suffix, shared=shared, is_growing=is_growing)
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex, noarchive"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    download_as = request.GET.get("name", "")
    if download_as or path.suffix in ALWAYS_SAVED:
        response["Content-Disposition"] = _saved_as(download_as or path.name, path.suffix)
    return response


def _find(folder: str, name: str) -> Path:
    """Return the file called `name`. Nothing outside the folder is ever opened."""
    home = storage.rendition_path(folder)
    path = home / name
    if not NAME.fullmatch(name) or path.suffix not in TYPES or ".." in name:
        raise Http404
    if path.resolve() != home.resolve() / name or not path.is_file():
        raise Http404
    return path


def _caching(suffix: str, *, shared: bool, is_growing: bool) -> str:
    """Decide who may keep a file and for how long.

    A finished playlist is asked for again each minute: a film taken off the site cannot be
    started from then on, whatever a browser still holds of its segments. A cache that many share
    (a CDN) asks again for each file, after minutes: a picture of a child needs no playlist.
    A segment is whole as soon as it has its name.
    """
    audience = "public" if shared else "private"
    if is_growing and suffix != ".m4s":
        return "no-store" if suffix in LISTS else f"{audience}, no-cache"
    if suffix in LISTS:
        return f"{audience}, max-age=60"
    return f"public, {FOR_EVER}, s-maxage={SHARED_SECONDS}" if shared else f"private, {FOR_EVER}"


def _saved_as(name: str, suffix: str) -> str:
    """Name a download; the extension is that of the file, whatever the address asks for."""
    clean = storage.clean_name(name)
    stem = clean if clean.lower().endswith(suffix) else clean + suffix
    return content_disposition_header(as_attachment=True, filename=stem) or "attachment"


def _body(
    request: HttpRequest, file: BinaryIO, size: int, suffix: str, etag: str
) -> HttpResponseBase:
    if suffix in TEXT:
        with file:
            return HttpResponse(file.read(), content_type=TYPES[suffix])
    # Films and pictures are compressed already: without this header GZipMiddleware would pack
    # them again and drop their length, and a seeking player needs it.
    request.META.pop("HTTP_ACCEPT_ENCODING", None)
    try:
        span = _asked_for(request, size, etag)
    except ValueError:
        file.close()
        response = HttpResponse(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response["Content-Range"] = f"bytes */{size}"
        return response
    whole = span or Span(0, size - 1)
    if request.method == "HEAD":
        file.close()
    blocks = () if file.closed else _Blocks(file, whole)
    answer = StreamingHttpResponse(blocks, content_type=TYPES[suffix])
    answer["Accept-Ranges"] = "bytes"
    answer["Content-Length"] = str(whole.end - whole.start + 1)
    if span:
        answer.status_code = HTTPStatus.PARTIAL_CONTENT
        answer["Content-Range"] = f"bytes {span.start}-{span.end}/{size}"
    return answer


def _asked_for(request: HttpRequest, size: int, etag: str) -> Span | None:
    """Return the bytes a Range header asks for; None for all of them. Raises ValueError.

    Several ranges, other units and a range of an older version (If-Range) are answered with
    the whole file, as RFC 9110 section 14.2 allows.
    """
    match = RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not match or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = match.groups()
    if not first and not last:
        return None
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if first and last and int(last) < start:
        return None  # not a range at all
    if start >= size or (not first and int(last) == 0):
        raise ValueError
    return Span(start, end)


class _Blocks:
    """The bytes of a span, a block at a time. Closed by the server also when nobody reads it."""

    def __init__(self, file: BinaryIO, span: Span) -> None:
        self.file = file
        self.span = span
        self.close = file.close

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.span.start)
        left = self.span.end - self.span.start + 1
        while left and (block := self.file.read(min(BLOCK_BYTES, left))):
            left -= len(block)
            yield block
