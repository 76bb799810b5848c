"""Captions: whatever people have comes in, WebVTT and nothing else goes out."""

import contextlib

import pysubs2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kodipest.engines.media.captions import (
    MAX_BYTES,
    Cue,
    Doubt,
    doubts_about,
    in_order,
    letters,
    read_captions,
    vtt_text,
)
from kodipest.engines.media.errors import Unusable

SRT = """1
00:00:01,000 --> 00:00:02,500
<i>Assalamu alaikum</i> {\\an8}semua

2
00:00:03,000 --> 00:00:04,000
3 kambing & <b>2</b> sapi
"""
VTT = """WEBVTT - Kisah Sumur

STYLE
::cue { color: red }

NOTE catatan penulis
dua baris

pembuka
00:01.000 --> 00:02.500 line:0 align:start
<v Aisyah>Assalamu &amp; <i>alaikum</i></v>
baris dua

00:00:03.000 --> 00:00:04.000
بسم الله
"""
ASS = """[Script Info]
ScriptType: v4.00+
[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,20
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,rahasia
Dialogue: 0,0:00:03.00,0:00:04.00,Default,Budi,0,0,0,,kedua
Dialogue: 0,0:00:01.00,0:00:02.00,Default,Budi,0,0,0,,{\\i1}Halo{\\i0}\\Ndua, tiga
Dialogue: 0,0:00:01.00,0:00:02.00,Default,Budi,0,0,0,,{\\p1}m 0 0 l 100 0{\\p0}
"""


@pytest.mark.parametrize(
    ("text", "cues"),
    [
        (SRT, [(1, 2.5, "Assalamu alaikum semua"), (3, 4, "3 kambing & 2 sapi")]),
        (
            SRT.replace("\n", "\r\n"),
            [(1, 2.5, "Assalamu alaikum semua"), (3, 4, "3 kambing & 2 sapi")],
        ),
        (VTT, [(1, 2.5, "Assalamu & alaikum\nbaris dua"), (3, 4, "بسم الله")]),
        (ASS, [(1, 2, "Halo\ndua, tiga"), (3, 4, "kedua")]),
    ],
)
def test_each_format_gives_plain_cues_in_order(
    text: str, cues: list[tuple[float, float, str]]
) -> None:
    assert read_captions(text.encode()) == tuple(Cue(*cue) for cue in cues)


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("utf-8-sig", "بسم الله الرحمن الرحيم"),
        ("utf-16", "بسم الله الرحمن الرحيم"),
        ("cp1256", "بسم الله الرحمن الرحيم، والصلاة والسلام على رسول الله"),
        ("gb18030", "印尼的学生制作了这部影片，请大家观看并提出意见"),
        ("cp1252", "Café “Sumur” – naïve"),
    ],
)
def test_old_encodings_are_understood(encoding: str, said: str) -> None:
    file = f"1\n00:00:01,000 --> 00:00:05,000\n{said}\n"
    assert read_captions(file.encode(encoding))[0].text == said


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"halo dunia", "not_captions"),
        (b"<html><body>00:01 --> 00:02</body></html>", "not_captions"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)), "not_captions"),
        (b"1\n00:00:05,000 --> 00:00:02,000\nberjalan mundur\n", "not_captions"),
        (b"{1}{25}MicroDVD\n", "not_captions"),
        (SRT.encode() * (MAX_BYTES // len(SRT) + 1), "too_large"),
    ],
)
def test_what_is_no_caption_file_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_captions(content)
    assert refused.value.code == code


@example(content=b"\x00\t\x00")
@given(content=st.binary(max_size=400))
def test_noise_is_refused_or_read_and_never_crashes(content: bytes) -> None:
    with contextlib.suppress(Unusable):
        cues = read_captions(b"1\n00:00:01,000 --> 00:00:02,000\n" + content)
        assert all("\x00" not in cue.text and cue.text == cue.text.strip() for cue in cues)


texts = st.text(min_size=1, max_size=40).map(
    lambda text: " ".join("".join(sign for sign in text if sign.isprintable()).split())
)
cues = st.builds(
    lambda start, lasts, text: Cue(start / 1000, (start + lasts) / 1000, text),
    st.integers(0, 10**7),
    st.integers(1, 60_000),
    texts,
)


@given(made=st.lists(cues, max_size=8))
def test_a_foreign_reader_finds_in_webvtt_what_was_put_in(made: list[Cue]) -> None:
    ordered = in_order(made)
    read = pysubs2.SSAFile.from_string(vtt_text(ordered), format_="vtt")
    assert [(event.start, event.end) for event in read] == [
        (round(cue.start * 1000), round(cue.end * 1000)) for cue in ordered
    ]


def test_text_can_not_become_markup() -> None:
    text = vtt_text([Cue(0, 1, "<script>alert(1)</script> --> & <v Budi>")])
    assert text == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n"
        "&lt;script&gt;alert(1)&lt;/script&gt; --&gt; &amp; &lt;v Budi&gt;\n"
    )


@pytest.mark.parametrize(
    ("cue", "fault"),
    [
        (Cue(0, 3, "Baik"), None),
        (Cue(0, 0.5, "Ya"), "too_short"),
        (Cue(0, 1, "Empat puluh huruf lebih dalam 1 detik"), "too_fast"),
        (Cue(0, 9, "satu\ndua\ntiga"), "too_long"),
        (Cue(0, 9, "baris yang jauh lebih panjang daripada yang muat di telepon"), "too_long"),
        (Cue(8, 11, "lewat akhir"), "beyond_the_end"),
    ],
)
def test_what_readers_will_not_manage_is_doubted(cue: Cue, fault: str | None) -> None:
    assert [doubt.fault for doubt in doubts_about([cue], 10)] == ([fault] if fault else [])


def test_cues_that_overlap_are_named_by_number() -> None:
    told = [Cue(0, 2, "satu"), Cue(2, 5, "dua"), Cue(4, 6, "tiga")]
    assert doubts_about(told, 10) == [Doubt(1, "overlaps")]


def test_marks_weigh_nothing_and_chinese_signs_double() -> None:
    assert letters("بِسْمِ") == 3
    assert letters("学生") == 4
