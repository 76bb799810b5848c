"""hls.js in a real browser plays what the engine prepares: copied rungs, and sets that joined later."""

import shutil
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from kodipest.engines.media.joining import join_addition
from kodipest.engines.media.prepare import prepare
from kodipest.engines.media.probe import probe
from kodipest.engines.media.recipes import plan_for
from tests.engines.media import footage

ENGINE = Path(__file__).parents[2] / "kodipest/web/static/web/vendor/hls/hls.min.mjs"
PAGE = """<!doctype html><title>film</title><video muted></video><script type="module">
import Hls from "./hls.min.mjs";
const wanted = new URLSearchParams(location.search);
const engine = new Hls({
  enableWorker: false,
  videoPreference: wanted.get("codec") ? { videoCodec: wanted.get("codec") } : undefined,
});
window.seen = { errors: [], codecs: new Set(), sides: new Set() };
engine.on(Hls.Events.ERROR, (_event, problem) => problem.fatal && seen.errors.push(problem.details));
engine.on(Hls.Events.LEVEL_SWITCHED, (_event, { level }) => {
  seen.codecs.add(engine.levels[level].videoCodec.slice(0, 4));
  seen.sides.add(engine.levels[level].height);
});
engine.loadSource("film/master.m3u8");
engine.attachMedia(document.querySelector("video"));
window.engine = engine;
</script>"""
Watch = Callable[..., Page]
pytestmark = pytest.mark.shown


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of twelve seconds whose 720 lines are copied, with its high and its thrifty set."""
    home = tmp_path_factory.mktemp("sets")
    codec = "-c:v libx264 -preset veryfast -pix_fmt yuv420p -g 75"
    source = footage.film("sets.mp4", size="1280x720", rate="25", seconds=12, codec=codec)
    facts = probe(source)
    for recipe in plan_for("video", facts, preset="ultrafast"):
        out = home / ("film" if recipe.part == "base" else recipe.part)
        prepare(source, out, probe=facts, recipe=recipe)
    for part in ("high", "thrift"):
        joined = join_addition(home / "film", home / part)
    assert [rung.name for rung in joined.rungs if rung.is_copied] == ["720p"]
    (home / "index.html").write_text(PAGE)
    shutil.copy(ENGINE, home)
    return home


@pytest.fixture
def watch(browser: Browser, folder: Path) -> Iterator[Watch]:
    handler = partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()

        def open_one(codec: str = "") -> Page:
            page.goto(f"http://127.0.0.1:{server.server_port}/index.html?codec={codec}")
            page.wait_for_function("window.engine?.levels.length > 0")
            page.evaluate("document.querySelector('video').play()")
            page.wait_for_function("document.querySelector('video').currentTime > 0.5")
            return page

        yield open_one
        page.close()
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript"}

    def log_message(self, *_words: object) -> None:
        """A test that passes says nothing."""


def test_a_viewer_who_prefers_h264_reaches_the_tall_rungs(watch: Watch) -> None:
    page = watch("avc1")
    page.wait_for_function("seen.sides.has(720)")
    page.wait_for_function("document.querySelector('video').ended", timeout=60_000)

    assert page.evaluate("[...seen.codecs]") == ["avc1"]
    assert page.evaluate("seen.errors") == []


def test_without_a_preference_the_thrifty_set_is_chosen(watch: Watch) -> None:
    """Browsers that decode AV1 stay in its set: fewer bytes, and never more than 480 lines."""
    page = watch()
    page.wait_for_function("document.querySelector('video').ended", timeout=60_000)

    assert page.evaluate("[...seen.codecs]") == ["av01"]
    assert page.evaluate("Math.max(...seen.sides)") <= 480
    assert page.evaluate("seen.errors") == []


def test_switching_between_copied_and_encoded_rungs_leaves_no_hole(watch: Watch) -> None:
    """The borders of the copied rung lie at 3, 6 and 9 s, those of the others at 1, 4, 8."""
    page = watch("avc1")
    page.evaluate("engine.config.maxBufferLength = 2")
    for second, height in ((2, 720), (4, 240), (6, 720), (8, 480)):
        page.evaluate(
            f"engine.nextLevel = engine.levels.findIndex((l) => l.height === {height}"
            " && l.videoCodec.startsWith('avc1'))"
        )
        page.wait_for_function(f"document.querySelector('video').currentTime > {second}")
    page.wait_for_function("document.querySelector('video').ended", timeout=60_000)

    assert page.evaluate("seen.errors") == []
    assert page.evaluate("seen.sides.has(720) && seen.sides.has(240)")
    assert page.evaluate("document.querySelector('video').currentTime") == pytest.approx(
        12, abs=0.1
    )
