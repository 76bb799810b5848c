"""A film is watched while it is still being prepared: it grows under a running player and breaks nothing."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Site, running
from tests.journeys.hands import start_work

pytestmark = pytest.mark.shown
SECONDS = 40
SLOWLY = {
    "KODIPEST_ENCODER_THREADS": "1",
    "KODIPEST_ENCODER_PRESET": "medium",
    "KODIPEST_ENCODER_ADDITIONS": "high",
}
# Whatever a running player would tell a person as trouble, noted down the moment it is shown.
WATCH = """() => {
    const player = document.querySelector('.player');
    const note = () => { if (player.dataset.state === 'trouble') window.wasTroubled = true };
    new MutationObserver(note).observe(player, {attributes: true});
    document.querySelector('video').dataset.sameAsAtFirst = '';
}"""


@pytest.fixture
def slow_site(prototype: Path, tmp_path: Path) -> Iterator[Site]:
    """A site whose encoder is a small laptop."""
    with running(prototype, tmp_path / "home", "slow", **SLOWLY) as site:
        yield site


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Forty seconds at 720 lines, with sound."""
    film = tmp_path / "sawah.mp4"
    picture = ["-f", "lavfi", "-i", f"testsrc2=size=1280x720:rate=12:duration={SECONDS}"]
    sound = ["-f", "lavfi", "-i", f"sine=frequency=330:duration={SECONDS}", "-c:a", "aac"]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *picture, *sound, *codec, film]
    subprocess.run(command, check=True)
    return film


def number(page: Page, what: str) -> float:
    return float(page.locator("video").evaluate(f"film => film.{what}"))


def wait_for(page: Page, condition: str, *, seconds: int = 30) -> None:
    page.wait_for_function(
        f"() => {{ const film = document.querySelector('video'); return {condition} }}",
        timeout=seconds * 1000,
    )


def test_a_film_grows_under_a_running_player(browser: Browser, slow_site: Site, film: Path) -> None:
    context = browser.new_context(base_url=slow_site.url, locale="id-ID")
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    page.goto("/demo/masuk/")
    page.get_by_role("button", name="Fauzan").first.click()
    page.goto("/studio/baru/")
    start_work(page, "video", "Tumbuh sambil ditonton")
    page.set_input_files("#file-main", film)

    # As soon as the page says that it can be watched, it is.
    rows = page.locator("#file-rows")
    expect(rows).to_contain_text("Sudah dapat ditonton", timeout=60_000)
    page.locator("#preview [data-start]").click()
    page.evaluate(WATCH)
    wait_for(page, "film.currentTime > 0.2 && film.videoHeight > 0")
    existed = number(page, "duration")
    assert existed < SECONDS - 4, "the film was there whole: nothing could be seen growing"
    assert number(page, "currentTime") < existed
    expect(page.locator("#preview [data-grows]")).to_be_visible()
    assert "1280x720" not in page.request.get(playlist_of(page)).text()

    # It plays on past the end that it had, while more is made of it.
    page.locator("#preview [data-speed]").select_option("2")
    wait_for(page, f"film.duration > {existed} + 3")
    page.locator("video").evaluate("(film, at) => { film.currentTime = at }", existed - 1)
    wait_for(page, f"film.currentTime > {existed} + 1 && !film.paused")

    # The base is done and the larger pictures join; who watches notices nothing of it.
    page.locator("#preview [data-speed]").select_option("0.5")
    page.locator("video").evaluate("film => { film.currentTime = 1 }")
    expect(rows).to_contain_text("siap", timeout=60_000)
    for _look in range(120):
        if "1280x720" in page.request.get(playlist_of(page)).text():
            break
        page.wait_for_timeout(500)
    at = number(page, "currentTime")
    wait_for(page, f"film.currentTime > {at} + 1 && !film.paused && !film.error")
    wait_for(page, f"Math.abs(film.duration - {SECONDS}) < 1")
    assert page.locator("video").get_attribute("data-same-as-at-first") is not None
    assert page.evaluate("window.wasTroubled ?? false") is False
    expect(page.locator("#preview [data-trouble]")).to_be_hidden()
    expect(page.locator("#preview [data-grows]")).to_be_hidden()

    # Whoever comes after may choose them.
    page.reload()
    page.locator("#preview [data-resume]:visible, #preview [data-start]:visible").first.click()
    quality = page.locator("#preview [data-quality]")
    expect(quality.locator("option").last).to_have_text(re.compile("^720p$"), timeout=15_000)
    quality.select_option(label="720p")
    wait_for(page, "film.videoHeight === 720")
    context.close()
    assert errors == []


def playlist_of(page: Page) -> str:
    return page.locator("#preview [data-src]").first.get_attribute("data-src") or ""
