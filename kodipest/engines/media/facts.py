"""What the engine knows about a file before it touches it."""

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

Kind = Literal["video", "audio", "image", "document"]


@dataclass(frozen=True, slots=True)
class Probe:
    """The facts of one original. Width and height are as shown: rotation and pixel shape applied.

    `is_truncated` says that the index promises more than the file holds; the duration is then
    that of what is really there. Stream indexes are those of the container.
    """

    kind: Kind
    container: str
    mime: str
    duration_seconds: float = 0.0
    width: int = 0
    height: int = 0
    rotation: int = 0
    fps: float = 0.0
    video_codec: str = ""
    audio_codec: str = ""
    audio_channels: int = 0
    has_audio: bool = False
    bit_depth: int = 8
    is_hdr: bool = False
    pages: int | None = None
    is_truncated: bool = False
    is_interlaced: bool = False
    is_plain: bool = False  # already 8-bit 4:2:0 BT.709 in limited range: nothing to convert
    color_matrix: str = ""
    is_still: bool = False  # slides: the picture changes at most twice a second
    copy_bits: int = 0  # 0: it cannot be copied and must be encoded (copying.py)
    copy_peak_bits: int = 0
    copy_level: int = 0
    video_seconds: float = 0.0
    audio_seconds: float = 0.0
    video_index: int | None = None
    audio_index: int | None = None
    cover_index: int | None = None

    @property
    def short_side(self) -> int:
        return min(self.width, self.height)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> Self:
        """Rebuild a probe from JSON; fields unknown to this version are left out."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})
