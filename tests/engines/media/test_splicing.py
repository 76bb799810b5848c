"""A film made in sections is the film made in one go: frame for frame, sample for sample."""

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from kodipest.engines.media import splicing
from kodipest.engines.media.checks.examine import taps_for
from kodipest.engines.media.encoder import ffmpeg_path
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe
from kodipest.engines.media.progress import Progress
from kodipest.engines.media.recipes import plan_for
from kodipest.engines.media.sections import sections_of
from tests.engines.media import footage, played
from tests.engines.media.crew import Alone

SECONDS = 13
# Black from 1 to 4 s and standing still from 4 to 12 s: up to and across the cuts.
FAULTS = (
    "-vf drawbox=enable='between(t,1,3.9)':w=iw:h=ih:color=black:t=fill,"
    "loop=loop=509:size=1:start=240,trim=end=13"
)
X264 = footage.X264 + " -g 260 -bf 2"
HEVC = "-c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=100"
VFR = "-vf select='mod(n,7)',setpts=PTS+random(0)*0.01/TB -fps_mode vfr"
FILMS = {
    "faults.mp4": {"rate": "60", "codec": X264, "rest": FAULTS},
    "ntsc.mkv": {"rate": "30000/1001", "codec": X264 + " -x264-params open-gop=1:log-level=-1"},
    "uneven.mkv": {"rate": "30", "codec": HEVC, "rest": VFR},
    "held.mp4": {"rate": "60", "codec": X264, "sound_seconds": SECONDS + 5},
}


def source(name: str) -> Path:
    return footage.film(name, size="192x144", seconds=SECONDS, **FILMS[name])


def recipe_of(facts, part="base", **fields):
    found = {one.part: one for one in plan_for("video", facts, preset="superfast")}[part]
    return replace(found, **fields)


def make(path, out, *, recipe=None, crew=None, **words):
    facts = probe(path)
    recipe = recipe or recipe_of(facts)
    if crew is None:
        crew = Alone(cuts(facts, recipe), out.parent / "crew", facts.duration_seconds)
    return prepare(
        path, out, probe=facts, recipe=recipe, taps=taps_for(facts), crew=crew, threads=1, **words
    )


def cuts(facts, recipe):
    sections = sections_of(facts, recipe, long=8, each=4)
    assert [one.start_seconds for one in sections] == [0, 4, 8]
    return sections


@pytest.fixture(scope="module", params=FILMS)
def both(request, tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("both")
    path = source(request.param)
    facts = probe(path)
    whole = prepare(
        path,
        tmp_path / "whole",
        probe=facts,
        recipe=recipe_of(facts),
        taps=taps_for(facts),
        threads=1,
    )
    return request.param, tmp_path, whole, make(path, tmp_path / "spliced")


def test_nobody_can_tell_it_from_a_film_made_in_one_go(both):
    name, tmp_path, whole, spliced = both

    one, other = (played.rendition(tmp_path / out, "144p") for out in ("whole", "spliced"))
    assert other.lines == one.lines
    seen, again = played.picture(one.whole), played.picture(other.whole)
    assert again.times == seen.times
    assert again.key_times == seen.key_times
    assert worst_psnr(one.whole, other.whole) > 30  # a frame moved by one gives 20 and less
    assert samples(tmp_path / "spliced") == samples(tmp_path / "whole")
    assert spliced.duration_seconds == whole.duration_seconds
    told, expected = (dict(made.measured["checks"]) for made in (spliced, whole))
    findings = rounded(told.pop("findings"))
    assert (told, findings) == (expected, rounded(expected.pop("findings")))
    assert (spliced.loudness, spliced.sounds) == (whole.loudness, whole.sounds)
    assert name != "faults.mp4" or {"black", "frozen"} <= {one["code"] for one in findings}


def test_its_stills_are_the_same(both):
    _name, tmp_path, _whole, _spliced = both
    board = "storyboard.vtt"

    assert (tmp_path / "spliced" / board).read_text() == (tmp_path / "whole" / board).read_text()
    for still in ("poster.jpg", "storyboard.jpg"):
        one, other = (Image.open(tmp_path / out / still) for out in ("whole", "spliced"))
        assert one.size == other.size
        assert max(ImageStat.Stat(ImageChops.difference(one, other)).mean) < 2


def test_fragments_are_numbered_and_timed_through(tmp_path):
    make(source("ntsc.mkv"), tmp_path / "out")

    data = played.rendition(tmp_path / "out", "144p").whole.read_bytes()
    numbers = [
        int.from_bytes(data[at.end() + 4 : at.end() + 8]) for at in re.finditer(b"mfhd", data)
    ]
    times = [
        int.from_bytes(data[at.end() + 4 : at.end() + 12]) for at in re.finditer(b"tfdt", data)
    ]
    assert numbers == sorted(set(numbers))
    assert times == sorted(set(times))


def test_the_set_for_thin_lines_is_spliced_as_well(tmp_path):
    path = source("ntsc.mkv")
    facts = probe(path)
    recipe = recipe_of(facts, "thrift", preset="13")

    made = make(path, tmp_path / "out", recipe=recipe)

    (rung,) = made.rungs
    found = played.rendition(tmp_path / "out" / "thrift", rung.name)
    assert len(played.picture(found.whole).times) == 390
    assert made.poster is None


def test_what_is_copied_is_not_cut(tmp_path):
    path = footage.film(
        "clean.mp4", size="640x360", seconds=SECONDS, codec=footage.X264 + " -crf 30 -g 50 -bf 0"
    )
    facts = probe(path)
    recipe = recipe_of(facts)
    assert [rung.is_copied for rung in recipe.rungs] == [False, True]

    made = make(path, tmp_path / "out", recipe=recipe)

    whole = prepare(path, tmp_path / "whole", probe=facts, recipe=recipe, threads=1)
    assert [rung.name for rung in made.rungs] == ["240p", "360p"]
    one, other = (played.rendition(tmp_path / out, "360p") for out in ("whole", "out"))
    assert one.whole.read_bytes() == other.whole.read_bytes()
    assert made.bytes == pytest.approx(whole.bytes, rel=0.1)


def test_it_plays_while_the_first_section_grows(tmp_path):
    told: list[Progress] = []
    path = source("held.mp4")
    slowly = recipe_of(probe(path), preset="veryslow")  # a section outlasts many looks at it

    made = make(path, tmp_path / "out", recipe=slowly, on_progress=told.append)

    first = next(progress for progress in told if progress.first_playable)
    assert first.fraction < 4 / SECONDS
    fractions = [progress.fraction for progress in told]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert made.first_playable_seconds < made.wall_seconds / 2


class Clumsy(Alone):
    """Spoils a section `times` times: its encoder dies in the middle of it."""

    def __init__(self, *arguments: object, number: int, times: int) -> None:
        super().__init__(*arguments)
        self.number, self.times, self.failed = number, times, []

    def keep(self, task, fraction):
        super().keep(task, fraction)
        if task.section.number == self.number and self.times and fraction > 0.2:
            self.times -= 1
            raise Unusable("encoder_failed", "it fell off the table")

    def fail(self, task, error):
        self.failed.append((task.section.number, error.detail))
        shutil.rmtree(task.folder)


@pytest.mark.parametrize("number", [0, 1])
def test_a_section_that_fails_is_made_anew_alone(tmp_path, number):
    path = source("held.mp4")
    facts = probe(path)
    recipe = recipe_of(facts)
    crew = Clumsy(
        cuts(facts, recipe), tmp_path / "crew", facts.duration_seconds, number=number, times=2
    )

    make(path, tmp_path / "out", recipe=recipe, crew=crew)

    assert crew.failed == [(number, "it fell off the table")] * 2
    times = played.picture(played.rendition(tmp_path / "out", "144p").whole).times
    assert len(times) == round(facts.duration_seconds * 30)


def test_one_that_cannot_be_made_ends_the_film_with_its_reason(tmp_path):
    path = source("held.mp4")
    facts = probe(path)
    words = (cuts(facts, recipe_of(facts)), tmp_path / "crew", facts.duration_seconds)

    class Hopeless(Clumsy):
        def fail(self, _task, error):
            raise error

    with pytest.raises(Unusable, match="fell off the table"):
        make(path, tmp_path / "out", crew=Hopeless(*words, number=1, times=1))
    assert not (tmp_path / "out" / "manifest.json").exists()


def test_a_sound_that_fails_ends_the_film_at_once(tmp_path, monkeypatch):
    path = source("held.mp4")
    run = splicing.run_encoder

    def no_sound(words, *rest):
        if "[sound]" in words:
            raise Unusable("damaged", "the sound is noise")
        return run(words, *rest)

    monkeypatch.setattr(splicing, "run_encoder", no_sound)
    with pytest.raises(Unusable, match="the sound is noise"):
        make(path, tmp_path / "out")


def test_a_section_with_a_frame_too_few_is_refused(tmp_path):
    path = source("held.mp4")
    facts = probe(path)
    recipe = recipe_of(facts)
    first, second, third = cuts(facts, recipe)
    wrong = replace(second, frames=second.frames - 60)
    crew = Alone((first, wrong, third), tmp_path / "crew", facts.duration_seconds)

    with pytest.raises(Unusable, match="encoder_failed"):
        make(path, tmp_path / "out", recipe=recipe, crew=crew)


def rounded(findings: list[dict[str, object]]) -> list[dict[str, object]]:
    """To a tenth of a second: what stands still is compared with the first frame of its section."""
    return [
        {key: round(value, 1) if isinstance(value, float) else value for key, value in one.items()}
        for one in findings
    ]


def worst_psnr(one: Path, other: Path) -> float:
    words = [ffmpeg_path(), "-v", "info", "-i", str(one), "-i", str(other)]
    words += ["-lavfi", "psnr=stats_file=-", "-f", "null", "-"]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    values = re.findall(r"psnr_avg:(\S+)", said)
    assert len(values) >= SECONDS * 25
    return min(float(value) for value in values)


def samples(out: Path) -> bytes:
    whole = played.rendition(out, "sound").whole
    words = [ffmpeg_path(), "-v", "error", "-i", str(whole), "-f", "s16le", "-"]
    return subprocess.run(words, check=True, capture_output=True).stdout
