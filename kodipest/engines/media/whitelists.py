"""What a decoder may open. Everything else is refused before a byte of it is parsed.

A demuxer is named, not guessed: ffmpeg and PyAV get `-f` from the sniffed container, a
`format_whitelist` of that one demuxer, so nothing nested is opened, and only decoders that
cameras, phones and editors really write.
"""

DEMUXERS = {
    "mp4": "mov",
    "matroska": "matroska",
    "avi": "avi",
    "mpegts": "mpegts",
    "mpeg": "mpeg",
    "flv": "flv",
    "asf": "asf",
    "ogg": "ogg",
    "flac": "flac",
    "mp3": "mp3",
    "aac": "aac",
    "amr": "amr",
    "wav": "wav",
    "aiff": "aiff",
    "caf": "caf",
}

VIDEO_DECODERS = [
    "h264",
    "hevc",
    "vp8",
    "vp9",
    "libdav1d",
    "av1",
    "mpeg4",
    "msmpeg4",
    "msmpeg4v2",
    "mpeg2video",
    "mpeg1video",
    "h263",
    "flv",
    "mjpeg",
    "prores",
    "dnxhd",
    "theora",
    "wmv1",
    "wmv2",
    "wmv3",
    "vc1",
    "dvvideo",
    "ffv1",
    "rawvideo",
]

AUDIO_DECODERS = [
    "aac",
    "aac_latm",
    "mp3float",
    "mp3",
    "mp2float",
    "mp2",
    "opus",
    "libopus",
    "vorbis",
    "flac",
    "alac",
    "ac3",
    "eac3",
    "amrnb",
    "amrwb",
    "wmav1",
    "wmav2",
    "adpcm_ima_wav",
    "adpcm_ms",
    "adpcm_ima_qt",
    "pcm_alaw",
    "pcm_mulaw",
    "pcm_u8",
    "pcm_s8",
    "pcm_s16le",
    "pcm_s16be",
    "pcm_s24le",
    "pcm_s24be",
    "pcm_s32le",
    "pcm_s32be",
    "pcm_f32le",
    "pcm_f32be",
    "pcm_f64le",
]

# Cover art is opened by the demuxers; without a decoder for it they would complain, no more.
CODEC_WHITELIST = ",".join([*VIDEO_DECODERS, *AUDIO_DECODERS])
PROTOCOL_WHITELIST = "file,pipe"


def input_options(container: str) -> dict[str, str]:
    """Return the options, without dashes, under which a file of `container` may be opened."""
    return {
        "format_whitelist": DEMUXERS[container],
        "codec_whitelist": CODEC_WHITELIST,
        "protocol_whitelist": PROTOCOL_WHITELIST,
    }
