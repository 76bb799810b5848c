"""The main job: a film from a phone is uploaded, coached, curated, published, watched and verified."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import imageio_ffmpeg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import Site

PHONE = {"width": 360, "height": 640}
DESK = {"width": 1366, "height": 768}
PREPARED_MS = 90_000
Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def phone_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds as a phone held upright writes them: coded lying, shown standing, with sound."""
    folder = tmp_path_factory.mktemp("phone")
    lying, standing = folder / "lying.mp4", folder / "VID_20261123 صبر 视频.mp4"
    ffmpeg = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y"]
    picture = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30:duration=12"]
    sound = ["-f", "lavfi", "-i", "sine=frequency=440:duration=12"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run([*ffmpeg, *picture, *sound, *codecs, lying], check=True)
    turn = ["-display_rotation", "90", "-i", lying, "-c", "copy", standing]
    subprocess.run([*ffmpeg, *turn], check=True)
    return standing


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visit]:
    """Open the site in an empty profile, as a demo person or as a stranger; nobody else is asked."""
    contexts: list[BrowserContext] = []
    foreign: list[str] = []
    errors: list[str] = []

    def notice(address: str) -> None:
        if urlsplit(address).scheme.startswith("http") and not address.startswith(site.url):
            foreign.append(address)

    def open_page(path: str, *, person: str = "", viewport: dict[str, int] = PHONE) -> Page:
        context = browser.new_context(base_url=site.url, viewport=viewport, locale="id-ID")
        contexts.append(context)
        context.on("request", lambda request: notice(request.url))
        context.on("weberror", lambda error: errors.append(str(error.error)))
        page = context.new_page()
        if person:
            page.goto("/demo/masuk/")
            page.get_by_role("button", name=person).first.click()
            page.wait_for_url("**/hari-ini/")
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert foreign == []
    assert errors == []


def send(page: Page, button: str) -> None:
    """Press the first such button of the page and wait for what comes back."""
    with page.expect_navigation():
        page.locator("main").locator(button).first.click()


def plays(page: Page) -> None:
    """The film runs: time passes, and a picture has been decoded."""
    page.wait_for_function(
        "() => { const film = document.querySelector('video');"
        " return film.currentTime > 1 && film.videoHeight > 0 && !film.error }",
        timeout=30_000,
    )


def test_a_film_from_a_phone_reaches_the_public(
    visit: Visit, site: Site, phone_film: Path, tmp_path: Path
) -> None:
    title = "Antre dengan Sabar"

    # Fauzan starts a film on his phone and uploads it.
    fauzan = visit("/studio/baru/", person="Fauzan")
    fauzan.locator('input[name="kind"][value="video"]').check(force=True)
    fauzan.locator('input[name="title"]').fill(title)
    fauzan.locator('main form:has(input[name="title"]) button').last.click()
    fauzan.wait_for_url(re.compile(r"/studio/[0-9a-f-]{36}/$"))
    desk = urlsplit(fauzan.url).path
    fauzan.locator("#file-main").set_input_files(phone_film)
    if fauzan.locator("[data-send]").first.is_visible():
        fauzan.locator("[data-send]").first.click()
    expect(fauzan.locator("#file-rows")).to_contain_text("صبر", timeout=30_000)
    hand_in = fauzan.locator('form[action*="/serahkan/"] button')
    expect(hand_in).to_be_visible(timeout=PREPARED_MS)

    # He hands it in, pressing twice as people do.
    with fauzan.expect_navigation(wait_until="networkidle"):
        hand_in.first.dblclick()
    expect(fauzan.locator('form[action*="/serahkan/"]')).to_have_count(0)

    # His mentor looks at it and vouches for it.
    hasan = visit("/pembinaan/", person="Ustaz Hasan", viewport=DESK)
    hasan.get_by_role("link", name=title).click()
    hasan.locator('a[href*="/sahkan/"]').click()
    send(hasan, 'form:has(input[name="read"]) button')

    # Fauzan lays it before the curators; one who never met him judges it without names.
    fauzan.goto(desk)
    send(fauzan, 'form[action*="/ajukan/"] button')
    azizah = visit("/kurasi/", person="Azizah", viewport=DESK)
    azizah.get_by_role("link", name=title).click()
    expect(azizah.locator("main")).not_to_contain_text("Fauzan")
    expect(azizah.locator("main")).not_to_contain_text("Nurul Qalam")
    for criterion in ("message", "craft", "adab"):
        azizah.locator(f'input[name="{criterion}"][value="4"]').check(force=True)
    azizah.locator('textarea[name="praise"]').fill("Satu pesan, mudah diceritakan ulang.")
    send(azizah, 'button[value="passed"]')

    # The programme manager brings it out.
    ratna = visit("/publikasi/", person="Ratna", viewport=DESK)
    ratna.get_by_role("link", name=title).click()
    ratna.get_by_label("Kanal Santri").check()
    send(ratna, 'form:has(input[name="channel"]) button')

    # A stranger finds it on the first page, watches it, and sees who vouches for it.
    stranger = visit("/")
    assert stranger.context.cookies() == []
    stranger.locator("main").get_by_role("link", name=title).first.click()
    stranger.wait_for_url("**/karya/**")
    stranger.locator("[data-start]").first.click()
    plays(stranger)
    shape = stranger.evaluate(
        "() => { const film = document.querySelector('video');"
        " return film.videoHeight > film.videoWidth }"
    )
    assert shape, "a film held upright is shown upright"
    sanad = stranger.locator("main")
    for name in ("Fauzan", "Ustaz Hasan Basri Al-Anwari", "Nur Azizah Lubis", "Ratna Widyastuti"):
        expect(sanad).to_contain_text(name)
    expect(sanad).not_to_contain_text("Ahmad Fauzan Ramadhani")  # the guardian chose the nickname
    assert stranger.context.cookies() == []

    # The chain is verified offline, with the public key alone, against the very file he uploaded.
    page_path = urlsplit(stranger.url).path
    chain, key = tmp_path / "sanad.json", tmp_path / "site.pub"
    chain.write_bytes(stranger.request.get(f"{page_path}sanad.json").body())
    shown = engine("sanad", "key", "show", str(site.home / "keys" / "site.pem"))
    key.write_text(shown.stdout)
    verified = engine(
        "sanad", "verify", str(chain), "--key", str(key), "--content", str(phone_film), "--json"
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    document = json.loads(chain.read_text())
    document["links"][1]["body"]["at"] = "2020-01-01T00:00:00Z"
    chain.write_text(json.dumps(document))
    forged = engine("sanad", "verify", str(chain), "--key", str(key), "--json")
    assert forged.returncode == 1

    # Taken off, it is gone for everybody at once: the page, and the files themselves.
    playlist = stranger.locator("[data-src]").first.get_attribute("data-src")
    assert playlist
    assert stranger.request.get(playlist).status == 200
    ratna.goto(f"/publikasi/{desk.split('/')[2]}/turunkan/")
    ratna.locator('main form [name="why"]').fill("Orang tua meminta.")
    ratna.locator('main form [name="title"]').fill(title)
    send(ratna, "form button")
    assert stranger.request.get(page_path).status in {404, 410}
    assert stranger.request.get(playlist).status == 404


def engine(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run an engine alone, as anybody without the site would."""
    command = [sys.executable, "-m", f"kodipest.engines.{name}", *arguments]
    root = Path(__file__).resolve().parents[2]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
