"""Originals and transcodes, and small true films to make them from."""

import hashlib
import os
import subprocess
import time
from datetime import timedelta
from pathlib import Path

import factory
import imageio_ffmpeg
from django.utils import timezone
from django_tasks import default_task_backend

from kodipest.engines.media import identity, storage
from kodipest.engines.media.models import Original, Transcode

State = Transcode.State
GONE = f"{identity.machine()}/{2**22 + 1}/1"  # a worker beyond the largest process number
DAY_SECONDS = 24 * 3600


def rings() -> list[str]:
    """Name the doorbells that were rung since the test began."""
    return [result.task.name for result in default_task_backend.results]


def make_old(path: Path, seconds: float = DAY_SECONDS + 3600) -> None:
    """Let `path` look as if nobody had touched it for so long."""
    past = time.time() - seconds
    os.utime(path, (past, past), follow_symlinks=False)


def film(
    path: Path, *, seconds: float = 2, size: str = "320x180", rate: int = 25, note: str = ""
) -> Path:
    """Render a moving test picture with a tone; another `note` gives other bytes."""
    command = [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-y"),
        *("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}"),
        *("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"),
        *("-metadata", f"comment={note}", "-shortest", str(path)),
    ]
    subprocess.run(command, check=True, timeout=120)
    return path


class OriginalFactory(factory.django.DjangoModelFactory):
    """A film of a minute that was looked at before; its bytes are a short text on the disk."""

    class Meta:
        model = Original
        skip_postgeneration_save = True

    class Params:
        content = factory.Sequence(lambda number: f"film number {number}".encode())
        duration = 60.0

    sha256 = factory.LazyAttribute(lambda it: hashlib.sha256(it.content).hexdigest())
    size_bytes = factory.LazyAttribute(lambda it: len(it.content))
    mime = "video/mp4"
    kind = Original.Kind.VIDEO
    probe = factory.LazyAttribute(
        lambda it: {
            "kind": "video",
            "container": "mp4",
            "mime": "video/mp4",
            "duration_seconds": it.duration,
            "width": 1280,
            "height": 720,
            "fps": 25.0,
            "video_codec": "h264",
        }
    )

    @factory.post_generation
    def bytes_on_disk(self, create: bool, extracted: object, **_kwargs: object) -> None:
        if create:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(b"x" * self.size_bytes)


class TranscodeFactory(factory.django.DjangoModelFactory):
    """A transcode that waits; traits put it into the other states, legally."""

    class Meta:
        model = Transcode

    original = factory.SubFactory(OriginalFactory)
    part = Transcode.Part.BASE
    fingerprint = factory.Sequence(lambda number: f"{number:032x}")

    class Params:
        running = factory.Trait(
            state=State.RUNNING,
            runs=1,
            folder=factory.LazyAttribute(lambda it: f"{it.fingerprint}-1"),
            lease_by="elsewhere/1/1",
            lease_until=factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=1)),
            started_at=factory.LazyFunction(timezone.now),
        )
        done = factory.Trait(
            state=State.DONE,
            runs=1,
            folder=factory.LazyAttribute(
                lambda it: f"{it.fingerprint}-1" if it.part == "base" else ""
            ),
            progress=1,
            started_at=factory.LazyFunction(timezone.now),
            first_playable_at=factory.LazyAttribute(
                lambda it: timezone.now() if it.part == "base" else None
            ),
            finished_at=factory.LazyFunction(timezone.now),
            manifest={
                "master": "master.m3u8",
                "rungs": [],
                "parts": ["base"],
                "inventory": {"files": 0, "bytes": 0, "digest": "", "folders": []},
            },
        )
        high = factory.Trait(
            part="high",
            base=factory.SubFactory("tests.factories.media.TranscodeFactory", done=True),
            original=factory.SelfAttribute("base.original"),
        )
        cancelled = factory.Trait(
            state=State.CANCELLED, finished_at=factory.LazyFunction(timezone.now)
        )
        failed = factory.Trait(
            state=State.FAILED,
            runs=1,
            attempts=1,
            started_at=factory.LazyFunction(timezone.now),
            finished_at=factory.LazyFunction(timezone.now),
            error_code="damaged",
        )


def fill_folder(transcode: Transcode, **files: bytes) -> Path:
    """Write files into the folder of `transcode`; `master_m3u8=b"…"` becomes `master.m3u8`."""
    folder = storage.rendition_path(transcode.folder)
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / ".".join(name.rsplit("_", 1))).write_bytes(content)
    return folder
