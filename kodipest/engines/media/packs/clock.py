"""When the pictures of a rendition are really shown, and how to tell an encoder.

Our fragments hold negative offsets, so that pictures begin at zero. libavformat moves them later, by as
many frames as it has seen reordered so far: 80 ms at 25 frames a second, often from the second
fragment on only. Groups are closed, so a key frame is shown when it is decoded: how far the two
are apart is how late everything up to the next key frame is.
"""

from dataclasses import dataclass
from pathlib import Path

import av


@dataclass(frozen=True, slots=True)
class Clock:
    """`late`: from which frame on libavformat is how many seconds late; `keys`: true seconds."""

    late: tuple[tuple[int, float], ...]
    keys: tuple[float, ...]
    seconds: float

    @property
    def lateness(self) -> str:
        """Return the seconds by which frame N is late, as an expression of ffmpeg."""
        said, steps = f"{self.late[0][1]:.6f}", self.late[1:]
        for first, seconds in steps:
            said = f"if(lt(N,{first}),{said},{seconds:.6f})"
        return said

    def as_filter(self) -> str:
        """Return the filter that gives decoded pictures their time."""
        return f"setpts='PTS-({self.lateness})/TB'"

    def as_bitstream_filter(self) -> str:
        """Return the filter that gives packets their time; they are decoded before they are shown."""
        most = max(seconds for _first, seconds in self.late)
        return f"setts=pts='PTS-({self.lateness})/TB':dts='DTS-{most:.6f}/TB'"


def read_clock(playlist: Path) -> Clock:
    """Read the clock of a rendition of ours; no picture is decoded."""
    words = {"protocol_whitelist": "file", "allowed_extensions": "m3u8,mp4,m4s"}
    late: list[tuple[int, float]] = []
    keys, number, ends = list[float](), 0, 0.0
    with av.open(str(playlist), format="hls", options=words) as film:
        tick = float(film.streams.video[0].time_base or 0)
        for packet in film.demux(video=0):
            if packet.pts is None or packet.dts is None:
                continue
            ends = (packet.dts + (packet.duration or 0)) * tick
            if packet.is_keyframe:
                keys.append(packet.dts * tick)
                seconds = (packet.pts - packet.dts) * tick
                if not late or abs(late[-1][1] - seconds) > tick:
                    late.append((number, seconds))
            number += 1
    return Clock(tuple(late), tuple(keys), ends)
