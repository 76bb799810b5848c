"""Every codec in every container that the whitelists take, and some that they refuse."""

from collections.abc import Iterator

from tests.engines.media.torture.cases import TINY, TONE, Case, encoded

PICTURES = [
    ("libx264.mp4", "-c:v libx264 -pix_fmt yuv420p"),
    ("libx264_444.mov", "-c:v libx264 -pix_fmt yuv444p"),
    ("libx264_10bit.mkv", "-c:v libx264 -pix_fmt yuv420p10le"),
    ("libx264.ts", "-c:v libx264 -pix_fmt yuv420p"),
    ("libx264.m2ts", "-c:v libx264 -pix_fmt yuv420p -f mpegts -mpegts_m2ts_mode 1"),
    ("libx264.flv", "-c:v libx264 -pix_fmt yuv420p"),
    ("libx264.avi", "-c:v libx264 -pix_fmt yuv420p"),
    ("fragmented.mp4", "-c:v libx264 -pix_fmt yuv420p -movflags frag_keyframe+empty_moov"),
    ("libx265.mp4", "-c:v libx265 -pix_fmt yuv420p -x265-params log-level=none"),
    ("libsvtav1.mp4", "-c:v libsvtav1 -preset 12 -svtav1-params lp=1 -pix_fmt yuv420p"),
    ("libvpx.webm", "-c:v libvpx -deadline realtime"),
    ("libvpx-vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8"),
    ("mpeg4.avi", "-c:v mpeg4"),
    ("mpeg4.3gp", "-c:v mpeg4"),
    ("msmpeg4v2.avi", "-c:v msmpeg4v2"),
    ("msmpeg4.avi", "-c:v msmpeg4"),
    ("mpeg2video.mpg", "-c:v mpeg2video -r 25"),
    ("mpeg1video.mpg", "-c:v mpeg1video -r 25"),
    ("mpeg2video.ts", "-c:v mpeg2video -r 25"),
    ("h263.3gp", "-vf scale=128:96 -c:v h263 -r 15"),
    ("flv1.flv", "-c:v flv"),
    ("mjpeg.avi", "-c:v mjpeg -pix_fmt yuvj420p"),
    ("mjpeg.mov", "-c:v mjpeg -pix_fmt yuvj420p"),
    ("prores.mov", "-c:v prores_ks"),
    ("dnxhd.mov", "-vf scale=256:144 -c:v dnxhd -profile:v dnxhr_lb -pix_fmt yuv422p"),
    ("libtheora.ogv", "-c:v libtheora"),
    ("wmv1.wmv", "-c:v wmv1"),
    ("wmv2.wmv", "-c:v wmv2"),
    ("dvvideo.avi", "-vf scale=720:576 -r 25 -pix_fmt yuv420p -c:v dvvideo"),
    ("ffv1.mkv", "-c:v ffv1"),
    ("rawvideo.avi", "-c:v rawvideo -pix_fmt yuv420p"),
    ("rawvideo.mov", "-c:v rawvideo -pix_fmt yuyv422"),
]
SOUNDS = [
    ("aac.m4a", "-c:a aac"),
    ("aac.aac", "-c:a aac -f adts"),
    ("alac.m4a", "-c:a alac"),
    ("libmp3lame.mp3", "-c:a libmp3lame"),
    ("mp2.mp2", "-c:a mp2"),
    ("libopus.ogg", "-c:a libopus"),
    ("libopus.webm", "-c:a libopus"),
    ("libvorbis.ogg", "-c:a libvorbis"),
    ("flac.flac", "-c:a flac"),
    ("flac.ogg", "-c:a flac"),
    ("ac3.mp4", "-c:a ac3"),
    ("eac3.ts", "-c:a eac3"),
    ("amrnb.amr", "-ar 8000 -ac 1 -c:a libopencore_amrnb"),
    ("amrnb.3gp", "-ar 8000 -ac 1 -c:a libopencore_amrnb"),
    ("wmav1.wma", "-c:a wmav1"),
    ("wmav2.wma", "-c:a wmav2"),
    ("adpcm_ima_wav.wav", "-c:a adpcm_ima_wav"),
    ("adpcm_ms.wav", "-c:a adpcm_ms"),
    ("adpcm_ima_qt.mov", "-c:a adpcm_ima_qt"),
    ("pcm_u8.wav", "-c:a pcm_u8"),
    ("pcm_s24le.wav", "-c:a pcm_s24le"),
    ("pcm_f64le.wav", "-c:a pcm_f64le"),
    ("pcm_alaw.wav", "-c:a pcm_alaw"),
    ("pcm_s16be.aiff", "-c:a pcm_s16be"),
    ("pcm_f32be.caf", "-c:a pcm_f32be"),
    ("pcm_mulaw.caf", "-c:a pcm_mulaw"),
    ("surround.wav", "-af pan=7.1|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0|c6=c0|c7=c0"),
]
# What real programs write and we do not take: a person hears "this kind", a program a code.
REFUSED = [
    ("libvvenc.mp4", "-c:v libvvenc -preset faster", "unsupported"),
    ("cinepak.mov", "-c:v cinepak", "unsupported"),
    ("snow.avi", "-c:v snow", "unsupported"),
    ("huffyuv.avi", "-c:v huffyuv", "unsupported"),
    ("png.mov", "-c:v png", "unsupported"),
    ("jpeg2000.mkv", "-c:v jpeg2000", "unsupported"),
    ("zmbv.avi", "-c:v zmbv", "unsupported"),
    ("svq1.mov", "-c:v svq1", "unsupported"),
    ("rv20.rm", "-vf scale=128:96 -c:v rv20", "unsupported"),
    ("roq.roq", "-r 30 -c:v roqvideo", "not_media"),
    ("mpeg4.nut", "-c:v mpeg4", "not_media"),
    ("mpeg2.mxf", "-r 25 -c:v mpeg2video", "not_media"),
    ("raw.y4m", "-pix_fmt yuv420p", "not_media"),
    ("raw.h264", "-c:v libx264 -pix_fmt yuv420p -f h264", "unsupported"),
    ("vp8.ivf", "-c:v libvpx -deadline realtime", "not_media"),
    ("mpeg4.swf", "-vf fps=10 -c:v flv", "unsupported"),
    ("one.bmp", "-frames:v 1", "unsupported"),
    ("one.tiff", "-frames:v 1", "unsupported"),
]
REFUSED_SOUNDS = [
    ("truehd.mkv", "-strict -2 -c:a truehd", "unsupported"),
    ("dts.mkv", "-strict -2 -c:a dca", "unsupported"),
    ("wavpack.wv", "-c:a wavpack", "not_media"),
    ("tta.tta", "-c:a tta", "not_media"),
    ("pcm.au", "-c:a pcm_s16be", "not_media"),
    ("pcm.w64", "-c:a pcm_s16le", "not_media"),
    ("bare.ac3", "-c:a ac3", "not_media"),
]


def kinds() -> Iterator[Case]:
    for name, words in PICTURES:
        rate = words if " -r " in words else f"{words} -r 10"
        yield encoded(f"picture-{name}", f"{TINY} {rate}")
    for name, words in SOUNDS:
        yield encoded(f"sound-{name}", f"{TONE} {words}")
    for name, words, code in REFUSED:
        yield encoded(f"refused-{name}", f"{TINY} {words}", code)
    for name, words, code in REFUSED_SOUNDS:
        yield encoded(f"refused-{name}", f"{TONE} {words}", code)
