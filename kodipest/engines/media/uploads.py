"""Uploads go straight to disk: hashed as they come, never in memory, gone when nobody keeps them.

Django asks for the form fields of a request before any view runs (the CSRF check does), so a file
is received before a view can say no. Hence what can be said beforehand is said here, before the
first byte: who sends, what its view says of the place (`counts_for`), how big it is, whether there is
room. A refused upload does not raise: the fields read so far stay, and `refusal_of(request)` holds
the words; web.middleware.Refusals makes them a page with the status of `status_of`. Only a place
that is not the sender's answers 403 or 404, as the view would.
"""

import contextlib
import errno
import hashlib
import logging
import os
import uuid
from collections.abc import Callable, Iterator
from io import BufferedWriter
from pathlib import Path
from typing import Any, Final, NoReturn, Self, TypeVar

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import Http404, HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser
from django.template.defaultfilters import filesizeformat
from django.utils.datastructures import MultiValueDict

from kodipest.engines.media import messages, quotas, storage
from kodipest.kernel.errors import Refusal

logger = logging.getLogger(__name__)

View = TypeVar("View", bound=Callable[..., Any])
GroupOf = Callable[..., str]

STATUS: Final = {
    "sign_in_first": 403,
    "too_big": 413,
    "quota_person": 413,
    "quota_group": 413,
    "no_space": 507,
    "upload_cut": 400,
}
DISK_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
CHUNK_BYTES: Final = 256 * 1024
# A refused body up to this size is read to its end and dropped, so that the browser listens to
# the answer; a larger one is left in the pipe and the connection closed.
COURTESY_BYTES: Final = 16 * 2**20


def refusal_of(request: HttpRequest) -> Refusal | None:
    """Return why a file of this request was not taken, if one was not."""
    return getattr(request, "upload_refusal", None)


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status for a file that was not taken; what the house refuses is a conflict."""
    return STATUS.get(str(refusal.code), 409)


def counts_for(group_of: GroupOf) -> Callable[[View], View]:
    """Mark a view that takes files: `group_of` says whose quota they count for, before the first byte.

    It is asked with the person and what the address of the view says. It raises what
    `targets.group_of` raises.
    """

    def mark(view: View) -> View:
        view.upload_group_of = group_of  # type: ignore[attr-defined]
        return view

    return mark


def _remember(request: HttpRequest, refusal: Refusal) -> None:
    request.upload_refusal = refusal  # type: ignore[attr-defined]


def room() -> tuple[int, Refusal]:
    """Return the size in bytes of the largest file that is taken now, and the words for a larger one.

    A page can say it before the first byte leaves: a browser in the middle of a large file does not
    listen to an answer.
    """
    free = max(0, storage.free_bytes() - settings.MEDIA_RESERVE_BYTES)
    if free < settings.UPLOAD_MAX_BYTES:
        return free, messages.refusal("no_space")
    limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
    return settings.UPLOAD_MAX_BYTES, messages.refusal("too_big", limit=limit)


class Upload(UploadedFile):  # type: ignore[type-arg]  # generic in the stubs only
    """A file that lies whole in `incoming/`, its hash known, until it is adopted or discarded.

    `name` is the sender's, cleaned for display; it never becomes a path.
    """

    def __init__(self, part: "Part", name: str, content_type: str | None = None) -> None:
        self.path = part.path
        self.sha256 = part.sha256
        self.length = part.size
        super().__init__(part.path.open("rb"), storage.clean_name(name), content_type, part.size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def sync(self) -> None:
        """Make the bytes survive a power cut."""
        os.fsync(self.fileno())

    def move_to(self, target: Path) -> None:
        """Give the file its lasting name; closing this object no longer removes it."""
        self.path.replace(target)

    def discard(self) -> None:
        """Remove the file unless it was moved; twice is as good as once."""
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """End with the request: what nobody adopted goes."""
        super().close()
        self.discard()


class Part:
    """A file on its way in: bytes are written and hashed as they come."""

    def __init__(self) -> None:
        self.path = storage.incoming() / f"{uuid.uuid4()}.part"
        self.size = 0
        self._hash = hashlib.sha256()
        self._file: BufferedWriter = self.path.open("xb")

    @property
    def sha256(self) -> str:
        """The hash of what has come so far."""
        return self._hash.hexdigest()

    def write(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def finish(self) -> None:
        """Write out what is still buffered."""
        self._file.close()

    def abandon(self) -> None:
        """Remove what has come so far."""
        with contextlib.suppress(
            OSError
        ):  # a full disk cannot take the buffer, which is not needed
            self._file.close()
        self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def full_disk_refused() -> Iterator[None]:
    """Turn a disk that takes no more into Refusal `no_space`; other trouble passes as it is."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_FULL:
            raise messages.refusal("no_space") from error
        raise


def take_copy(path: Path, name: str = "") -> Upload:
    """Copy a file of this computer in, as if it had been sent. Raises Refusal `no_space`."""
    if storage.free_bytes() < path.stat().st_size + settings.MEDIA_RESERVE_BYTES:
        raise messages.refusal("no_space")
    with full_disk_refused():
        part = Part()
    try:
        with full_disk_refused(), path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                part.write(chunk)
            part.finish()
    except BaseException:
        part.abandon()
        raise
    return Upload(part, name or path.name)


class StraightToDisk(FileUploadHandler):
    """The only upload handler of the site.

    It runs the parser itself, because Django tells handlers nothing when the sender goes away
    in the middle: only here can the part be removed at once.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],  # noqa: N803 -- Django's name
        content_length: int,
        boundary: Any,
        encoding: str | None = None,
    ) -> tuple[QueryDict, MultiValueDict[str, Any]]:
        """Parse the body, the files of it into parts. Raises PermissionDenied, Http404."""
        assert self.request is not None  # noqa: S101 -- Django builds handlers with the request
        receiver = _Receiver(self.request, content_length)
        parser = MultiPartParser(META, input_data, [receiver], encoding)
        try:
            parsed = parser.parse()
        finally:
            receiver.abandon_unfinished()
        if receiver.denial:
            raise receiver.denial
        return parsed


class _Receiver(FileUploadHandler):
    """Receives the files of one request, one after the other."""

    chunk_size = CHUNK_BYTES

    def __init__(self, request: HttpRequest, body_length: int) -> None:
        super().__init__(request)
        self.sender = request
        self._body_length = body_length
        self._part: Part | None = None
        self.denial: Exception | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Look at who sends and how much, before the first byte."""
        super().new_file(*args, **kwargs)
        with self._refusing():
            if refusal := self._objection():
                raise refusal
            self._part = Part()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Write the next bytes down; a disk that is full in the middle ends the upload."""
        with self._refusing():
            self._begun.write(raw_data)

    def file_complete(self, file_size: int) -> Upload:
        """Hand over a file that came whole, up to the boundary after it."""
        part = self._begun
        with self._refusing():
            part.finish()
        self._part = None
        return Upload(part, str(self.file_name), self.content_type)

    def upload_interrupted(self) -> None:
        """The body ended before the file did: the sender is gone."""
        _remember(self.sender, messages.refusal("upload_cut"))

    def abandon_unfinished(self) -> None:
        """Remove the part that never became whole, however parsing ended."""
        if self._part:
            logger.info("an upload ended after %d bytes, its part is removed", self._part.size)
            self._part.abandon()
            self._part = None

    @property
    def _begun(self) -> Part:
        assert self._part is not None  # noqa: S101 -- the parser begins a file before it goes on
        return self._part

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            with full_disk_refused():
                yield
        except Refusal as refusal:
            _remember(self.sender, refusal)
            self._stop()
        except PermissionDenied as denial:
            self.denial = denial
            self._stop()
        except ObjectDoesNotExist as unknown:
            self.denial = Http404(str(unknown))
            self._stop()

    def _objection(self) -> Refusal | None:
        user = getattr(self.sender, "user", None)
        if user is None or not user.is_authenticated:
            return messages.refusal("sign_in_first")
        group = self._group_of(user)
        if self._body_length > settings.UPLOAD_MAX_BYTES:
            return messages.refusal("too_big", limit=filesizeformat(settings.UPLOAD_MAX_BYTES))
        if storage.free_bytes() < self._body_length + settings.MEDIA_RESERVE_BYTES:
            return messages.refusal("no_space")
        return quotas.objection_of_person(user, self._body_length) or quotas.objection_of_group(
            group, self._body_length
        )

    def _group_of(self, user: Any) -> str:
        """Ask the view for which the file is meant; "" when it has nothing to say."""
        match = self.sender.resolver_match
        group_of: GroupOf | None = getattr(match and match.func, "upload_group_of", None)
        return group_of(user, *match.args, **match.kwargs) if match and group_of else ""

    def _stop(self) -> NoReturn:
        """End the parsing; the answer waits."""
        raise StopUpload(connection_reset=self._body_length > COURTESY_BYTES)
