"""Questions about media; nothing here writes."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from kodipest.engines.media import storage, stores
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.models import Arrival, Original, Section, Transcode
from kodipest.engines.media.recipes import MAX_FPS

PACK_VERSION = 1  # raised when the same base and wishes would come out differently


class Broken(NamedTuple):
    """A row whose files are not what it says: for `doctor`, in words for the operator."""

    row: Original | Transcode | Arrival
    reason: str


class Beat(NamedTuple):
    """The last sign of life of a node's worker."""

    at: datetime
    pid: int
    is_busy: bool

    @property
    def age_seconds(self) -> float:
        """How long ago it was."""
        return (timezone.now() - self.at).total_seconds()


def wishes_of_base(max_fps: int) -> dict[str, int]:
    """Return what the row of a base remembers of what was asked for; nothing unless it is unusual."""
    return {} if max_fps == MAX_FPS else {"max_fps": max_fps}


def newest_transcode(original: Original, max_fps: int = MAX_FPS) -> Transcode | None:
    """Return the base that counts for `original` and this wish: the newest one done, else the newest."""
    wishes = wishes_of_base(max_fps)
    bases = original.transcodes.filter(part=Transcode.Part.BASE, wishes=wishes)
    newest_first = bases.order_by("-requested_at")
    return newest_first.filter(state=Transcode.State.DONE).first() or newest_first.first()


def pending_arrivals(owner: Any) -> QuerySet[Arrival]:
    """Return what `owner` began to send and nothing has taken yet, newest first.

    From it somebody goes on at another computer: with the same file, at the offset that is told.
    """
    pending = Arrival.objects.filter(owner=owner, settled_at=None, expires_at__gt=timezone.now())
    return pending.order_by("-created_at", "-pk")


def waiting_before(transcode: Transcode) -> int:
    """Count the transcodes that come before this one."""
    unfinished = Transcode.objects.filter(
        state__in=[Transcode.State.WAITING, Transcode.State.RUNNING]
    )
    return unfinished.filter(turn_at__lt=transcode.turn_at).count()


def resting_packs() -> Q:
    """Return the condition of a pack for a channel whose larger pictures are still to come.

    It is made when they are out of the way: joined, failed, called off or never wanted.
    """
    unfinished = [Transcode.State.WAITING, Transcode.State.RUNNING]
    high = Transcode.objects.filter(
        base=OuterRef("base"), part=Transcode.Part.HIGH, state__in=unfinished
    )
    return Q(Exists(high), part=Transcode.Part.TELEVISION)


def name_of_pack(base: Transcode, name: str, wishes: Mapping[str, Any]) -> str:
    """Return the fingerprint of a pack: what it is made of, and what it is to say.

    One for a channel is another one when larger pictures are there or on their way.
    """
    told: list[Any] = [base.fingerprint, name, PACK_VERSION, wishes]
    if name == Transcode.Part.TELEVISION:
        gone = [Transcode.State.FAILED, Transcode.State.CANCELLED]
        high = base.additions.filter(part=Transcode.Part.HIGH).exclude(state__in=gone)
        told.append(high.exists())
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:32]


def is_outdated(pack: Transcode) -> bool:
    """Say whether asking for `pack` again with the same wishes would have another one made."""
    if pack.base is None:
        return False
    return pack.fingerprint != name_of_pack(pack.base, pack.part, pack.wishes)


def unfinished_transcodes() -> QuerySet[Transcode]:
    """Return what waits or is at work, in the order in which it is taken."""
    unfinished = [Transcode.State.WAITING, Transcode.State.RUNNING]
    return Transcode.objects.filter(state__in=unfinished).order_by("turn_at", "pk")


def is_named(folder: str) -> bool:
    """Say whether a row names this folder of renditions."""
    return any(kind.objects.filter(folder=folder).exists() for kind in (Transcode, Section))


def broken_transcodes() -> Iterator[Broken]:
    """Yield each base that says done although a file is missing, cut or added."""
    bases = Transcode.objects.filter(state=Transcode.State.DONE, part=Transcode.Part.BASE)
    for transcode in bases.iterator():
        if reason := fault_of(transcode):
            yield Broken(transcode, reason)


def fault_of(transcode: Transcode) -> str:
    """Say what is wrong with the files of a done base; empty when all is well.

    While an addition is on its way, folders that the row does not name yet are no fault.
    """
    files = dict(stores.chosen().files(transcode.folder))
    if not files:
        return f"folder {transcode.folder} is missing"
    manifest: dict[str, Any] = transcode.manifest or {}
    for name in named_files(manifest):
        if name not in files:
            return f"{transcode.folder}/{name} is missing"
    expected = manifest.get("inventory") or {}
    known = set(expected.get("folders") or [])
    if (found := storage.count_files(files.items(), known)) != expected:
        return f"{transcode.folder} holds {found}, expected {expected}"
    strange = {name.partition("/")[0] for name in files if "/" in name} - known
    if strange and not transcode.additions.exclude(state=Transcode.State.DONE).exists():
        return f"{transcode.folder} holds {sorted(strange)}, which nothing names"
    return ""


def named_files(manifest: dict[str, Any]) -> list[str]:
    """List the files that a manifest names, segments left out."""
    board = manifest.get("storyboard") or {}
    single = [manifest.get(key) for key in ("master", "dash", "poster", "poster_small", "file")]
    board_files = [board.get("image"), board.get("vtt")]
    sets = [*(manifest.get("rungs") or []), *(manifest.get("sounds") or [])]
    playlists = [one.get("playlist") for one in sets]
    images = [image.get("file") for image in manifest.get("images") or []]
    packs = [
        file["file"] for pack in (manifest.get("packs") or {}).values() for file in pack["files"]
    ]
    return [name for name in (*single, *board_files, *playlists, *images, *packs) if name]


def broken_originals(*, thorough: bool = False) -> Iterator[Broken]:
    """Yield each original that is missing or has another size; `thorough` hashes it as well."""
    for original in Original.objects.iterator():
        size = stores.chosen().original_size(original.sha256)
        if size != original.size_bytes:
            found = "missing" if size is None else f"{size} bytes"
            yield Broken(
                original, f"{original.sha256}: {found}, expected {original.size_bytes} bytes"
            )
        elif thorough and (reason := _fault_of_bytes(original)):
            yield Broken(original, f"{original.sha256}: {reason}")


def _fault_of_bytes(original: Original) -> str:
    """Say what is wrong with the bytes of an original; empty when they are what its name says."""
    try:
        with stores.chosen().original(original.sha256, original.size_bytes) as path:
            found = storage.sha256_of(path)
    except Unusable as unusable:
        return unusable.detail
    return "" if found == original.sha256 else f"its bytes hash to {found}"


def broken_arrivals() -> Iterator[Broken]:
    """Yield each upload of which less lies on the disk than was acknowledged.

    One without any file is none: a backup leaves them out, and the sender begins anew.
    """
    for arrival in Arrival.objects.filter(original=None, offset__gt=0).iterator():
        if not arrival.path.is_file():
            continue
        if (size := arrival.path.stat().st_size) < arrival.offset:
            yield Broken(arrival, f"{arrival.path.name}: {size} bytes of {arrival.offset} told")


def beat_file() -> Path:
    """Return where the worker of a node leaves its signs of life."""
    return Path(settings.HOME) / "run" / "worker.json"


def last_beat() -> Beat | None:
    """Return the last sign of life of this node's worker; None when there never was one."""
    try:
        said = json.loads(beat_file().read_text())
        at = datetime.fromtimestamp(said["time"], UTC)
        return Beat(at, int(said["pid"]), bool(said["busy"]))
    except (FileNotFoundError, KeyError, TypeError, ValueError):
        return None
