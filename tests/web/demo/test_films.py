"""Every film renders, small, with the length, shape and sound it promises."""

from itertools import pairwise

import av
import pytest
from PIL import Image, ImageChops

from kodipest.web.demo import films
from kodipest.web.demo.film_bedug import BEDUG
from kodipest.web.demo.film_ngaji import NGAJI
from kodipest.web.demo.film_wudu import WUDU
from kodipest.web.demo.films import FilmFailed, FilmSpec, Layer, Scene, Stage

FILMS = [NGAJI, BEDUG, WUDU]
SIZES = {NGAJI.key: (1280, 720), BEDUG.key: (1920, 1080), WUDU.key: (720, 1280)}


@pytest.fixture(scope="module", params=FILMS, ids=lambda spec: spec.key)
def drafted(request, tmp_path_factory):
    spec = request.param
    return spec, films.render_film(spec, tmp_path_factory.mktemp("film") / "draft.mp4", draft=True)


def test_a_film_has_its_shape_its_length_and_a_sound(drafted):
    spec, path = drafted
    with av.open(str(path)) as film:
        picture, sound = film.streams.video[0], film.streams.audio[0]
        assert (picture.width * 4, picture.height * 4) == SIZES[spec.key]
        assert picture.codec_context.pix_fmt == "yuv420p"
        assert sound.codec_context.channels == 2
        assert film.duration / 1_000_000 == pytest.approx(spec.seconds, abs=0.3)


def test_a_film_lasts_between_twenty_and_forty_seconds(drafted):
    spec, _ = drafted
    assert 20 <= spec.seconds <= 40


def test_a_film_is_heard_and_never_shouts(drafted):
    _, path = drafted
    with av.open(str(path)) as film:
        loudest = max(abs(frame.to_ndarray()).max() for frame in film.decode(audio=0))
    assert 0.05 < loudest < 0.95


def test_the_picture_never_stands_still_for_a_second(drafted):
    spec, path = drafted
    with av.open(str(path)) as film:
        shown = [frame.to_image().convert("L") for frame in film.decode(video=0)]
    assert len(shown) == pytest.approx(spec.seconds * films.DRAFT_FPS, abs=2)
    still = longest = 0
    for first, second in pairwise(shown):
        moved = ImageChops.difference(first, second).getbbox() is not None
        still = 0 if moved else still + 1
        longest = max(longest, still)
    assert longest < films.DRAFT_FPS


def test_the_same_specification_gives_the_same_file(tmp_path):
    first = films.render_film(WUDU, tmp_path / "one.mp4", draft=True)
    second = films.render_film(WUDU, tmp_path / "two.mp4", draft=True)
    assert first.read_bytes() == second.read_bytes()


def test_the_verse_is_on_the_screen_whole_and_does_not_move():
    """Words of the Qur'an rest: the card is the same a second later, only the pattern slides."""
    card = (120, 130, 1160, 590)
    first, later = (films.still(NGAJI, at).crop(card) for at in (14.6, 15.6))
    assert ImageChops.difference(first, later).getbbox() is None
    assert first.convert("L").getextrema()[0] < 60


def _spec(paint) -> FilmSpec:
    return FilmSpec("try", 160, 96, (Scene(2.0, paint),), NGAJI.sound)


def _plain(stage: Stage) -> list[Layer]:
    return [Layer(stage.sheet(ground="#0E5C4A").finish())]


def test_ffmpegs_own_words_are_told_when_it_refuses(tmp_path):
    with pytest.raises(FilmFailed, match="No such file"):
        films.render_film(_spec(_plain), tmp_path / "nowhere" / "film.mp4", draft=True)


def test_an_accident_while_painting_leaves_no_encoder_behind(tmp_path):
    def broken(stage: Stage) -> list[Layer]:
        raise RuntimeError("the paint ran out")

    with pytest.raises(RuntimeError, match="the paint ran out"):
        films.render_film(_spec(broken), tmp_path / "film.mp4", draft=True)


def test_a_tiled_layer_covers_the_whole_picture_wherever_it_has_slid():
    def tiles(stage: Stage) -> list[Layer]:
        tile = Image.new("RGBA", (64, 40), (224, 178, 90, 255))
        return [Layer(tile, motion=films.drift(-37, 21), tiles=True)]

    for at in (0.9, 1.0):
        picture = films.still(_spec(tiles), at)
        assert picture.getcolors() == [(160 * 96, (224, 178, 90))]


def test_motions_and_lights_keep_to_their_bounds():
    assert films.drift(24, -12)(0.5) == (12, -6)
    assert films.riding(films.drift(1), films.drift(2, 3))(2) == (6, 6)
    assert films.settle(30, 0, 2)(0) == (30, 0)
    assert films.settle(30, 0, 2)(2.5) == (0, 0)
    assert films.strike(10, 0, 1.0)(0.8) == pytest.approx((10, 0))
    assert films.sway(4, 0, 2)(0.5) == pytest.approx((4, 0))
    assert films.appear(1)(0.9) == 0
    assert films.appear(1, 0.5, until=3)(2) == 1
    assert films.appear(1, 0.5, until=3)(4) == 0
    assert films.pulse(1, 0.5, 2)(0.5) == 0
    assert films.pulse(1, 0.5, 2)(3) == 1
    assert films.breathe(0.2, 0.8, 4)(1) == pytest.approx(0.8)
