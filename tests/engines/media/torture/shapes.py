"""Odd shapes: of pictures, of their pixels and depths, and of time."""

from collections.abc import Iterator

from tests.engines.media.torture.cases import H264, LAVFI, TINY, TONE, Case, encoded

FFV1 = "-c:v ffv1"
BT2100 = "-color_trc smpte2084 -color_primaries bt2020 -colorspace bt2020nc"


def shapes() -> Iterator[Case]:
    for size, codec, outcome in [
        ("16x16", H264, "made"),
        ("17x19", FFV1, "made"),
        ("15x64", FFV1, "unsupported"),
        ("2x2", FFV1, "unsupported"),
        ("1x1", FFV1, "unsupported"),
        ("2048x16", FFV1, "made"),
        ("16x2048", FFV1, "made"),
        ("8194x16", FFV1, "too_large"),
        ("16x16000", FFV1, "too_large"),
        ("12000x12000", "-c:v libx264 -preset ultrafast -crf 51", "too_large"),
    ]:
        source = f"{LAVFI} color=teal:s={size}:r=10:d=0.2"
        yield encoded(f"shape-{size}.mkv", f"{source} {codec}", outcome)
    for name, words, outcome in [
        ("pixel-1-100.mkv", f"{TINY} -vf setsar=1/100 {FFV1}", ""),
        ("pixel-100-1.mkv", f"{TINY} -vf setsar=100 {FFV1}", ""),
        ("rate-1000.mkv", f"{LAVFI} testsrc=s=64x64:r=1000:d=0.2 {FFV1}", "made"),
        ("rate-third.mp4", f"{LAVFI} testsrc=s=64x64:r=1/3:d=9 {H264}", "made"),
        ("one-frame.mp4", f"{TINY} -frames:v 1 {H264}", "made"),
        ("one-frame-and-song.mp4", f"{TINY} {TONE} -frames:v 1 -c:a aac {H264}", "made"),
        ("no-time.wav", f"{TONE} -t 0.01 -c:a pcm_s16le", "no_duration"),
        ("grey.mkv", f"{TINY} {FFV1} -pix_fmt gray", "made"),
        ("sixteen-bit.mkv", f"{TINY} {FFV1} -pix_fmt yuv420p16le", "made"),
        ("see-through.mkv", f"{TINY} {FFV1} -pix_fmt yuva420p", "made"),
        (
            "hdr.mkv",
            f"{TINY} {FFV1} -pix_fmt yuv420p10le {BT2100}",
            "made",
        ),
        ("interlaced.mkv", f"{TINY} -vf tinterlace=4,setfield=tff {FFV1}", "made"),
        (
            "late-start.ts",
            f"{TINY} {TONE} -output_ts_offset 90000 -c:a mp2 -c:v mpeg2video -r 25",
            "made",
        ),
        ("sound-much-longer.mp4", f"{TINY} {LAVFI} sine=d=3 -c:a aac {H264}", "made"),
        ("sound-much-later.mkv", f"{TINY} -itsoffset 2 {TONE} -c:a aac {FFV1}", "made"),
        ("eight-hertz.wav", f"{LAVFI} sine=d=1:r=8 -c:a pcm_s16le", ""),
        ("many-hertz.wav", f"{LAVFI} sine=d=0.5:r=384000 -c:a pcm_s16le", "made"),
        ("many-streams.mkv", f"{TONE} {'-map 0 ' * 60} -c:a pcm_s16le", "made"),
    ]:
        yield encoded(f"shape-{name}", words, outcome)
