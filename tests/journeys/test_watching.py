"""A stranger watches: the player, the languages, the colours, the page without a script, the phone on a bad line."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import Site
from tests.journeys.hands import barriers

PHONE = {"width": 360, "height": 640}
DESK = {"width": 1366, "height": 768}
pytestmark = pytest.mark.shown
BEFORE_MEDIA_BYTES = 100_000
BEFORE_MEDIA_REQUESTS = 15
Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[Open]:
    """Open a page in an empty profile. Whatever it asks of another host, or breaks on, is a failure."""
    contexts: list[BrowserContext] = []
    foreign: list[str] = []
    broken: list[str] = []

    def open_one(path: str, *, viewport: dict[str, int] = DESK, **options: object) -> Page:
        context = browser.new_context(base_url=site.url, viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: foreign.append(request.url))
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    web = [url for url in foreign if url.startswith("http") and not url.startswith(site.url)]
    assert web == []
    assert broken == []


def film(page: Page, what: str) -> float | bool | str:
    return page.locator("video").evaluate(f"film => film.{what}")


def wait_for(page: Page, condition: str) -> None:
    page.wait_for_function(
        f"() => {{ const film = document.querySelector('video'); return {condition} }}"
    )


def start(page: Page) -> None:
    page.locator("[data-start]").click()
    wait_for(page, "film.currentTime > 0.5 && film.videoHeight > 0")


def test_the_player_obeys_the_keyboard(open_page: Open, watch_path: str) -> None:
    page = open_page(watch_path)
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    assert not any("hls" in url for url in loaded), "the engine waits for a press"
    start(page)
    assert any("hls.min" in url for url in loaded)

    page.keyboard.press("k")
    wait_for(page, "film.paused")
    page.keyboard.press("5")
    wait_for(page, "Math.abs(film.currentTime - 20) < 1")
    page.keyboard.press("l")
    wait_for(page, "Math.abs(film.currentTime - 30) < 1")
    page.keyboard.press("ArrowLeft")
    wait_for(page, "Math.abs(film.currentTime - 25) < 1")
    page.keyboard.press("m")
    assert film(page, "muted") is True
    page.keyboard.press(">")
    assert film(page, "playbackRate") == 1.25
    page.keyboard.press("<")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement !== null")
    page.keyboard.press("f")
    page.wait_for_function("() => document.fullscreenElement === null")
    page.keyboard.press(" ")
    wait_for(page, "!film.paused")


def test_typing_in_the_search_box_does_not_move_the_film(open_page: Open, watch_path: str) -> None:
    page = open_page(watch_path)
    start(page)

    page.locator("#search-top").press_sequentially("kmf5")

    assert film(page, "paused") is False
    assert film(page, "muted") is False
    expect(page.locator("#search-top")).to_have_value("kmf5")


def test_quality_speed_and_volume_can_be_chosen(open_page: Open, watch_path: str) -> None:
    page = open_page(watch_path)
    start(page)
    quality = page.locator("[data-quality]")

    assert quality.locator("option").all_inner_texts()[1:] == ["240p", "360p"]
    quality.select_option(label="240p")
    wait_for(page, "film.videoHeight === 240")
    page.locator("[data-speed]").select_option("1.5")
    assert film(page, "playbackRate") == 1.5
    page.locator("[data-volume]").fill("0.5")
    assert film(page, "volume") == 0.5


def test_a_still_of_the_film_shows_where_one_would_go(open_page: Open, watch_path: str) -> None:
    page = open_page(watch_path)
    start(page)

    with page.expect_response("**/storyboard.jpg"):
        page.locator("[data-seek]").hover(position={"x": 300, "y": 10})

    expect(page.locator("[data-still-image]")).to_be_visible()


def test_who_stopped_may_go_on_from_there(open_page: Open, watch_path: str) -> None:
    page = open_page(watch_path)
    start(page)
    page.keyboard.press("5")
    wait_for(page, "film.currentTime > 20.2")
    page.keyboard.press("k")
    wait_for(page, "film.paused")

    page.reload()
    page.locator("[data-resume]").click()
    wait_for(page, "!film.paused && film.currentTime > 0.2")
    assert film(page, "currentTime") > 20

    page.reload()
    page.locator("[data-restart]").click()
    wait_for(page, "!film.paused && film.currentTime > 0.2")
    assert film(page, "currentTime") < 10


def test_a_lost_line_is_told_in_words_and_can_be_tried_again(
    open_page: Open, watch_path: str
) -> None:
    page = open_page(watch_path)
    page.route("**/*.m3u8", lambda route: route.abort())
    page.locator("[data-start]").click()
    expect(page.locator("[data-trouble]")).to_be_visible(timeout=30_000)
    assert page.locator("[data-trouble-words]").inner_text().strip()

    page.unroute("**/*.m3u8")
    page.locator("[data-retry]").click()
    wait_for(page, "film.currentTime > 0.2")
    expect(page.locator("[data-trouble]")).to_be_hidden()


def test_without_a_script_the_browser_plays_it(open_page: Open, watch_path: str) -> None:
    page = open_page(watch_path, java_script_enabled=False)

    player = page.locator("video")
    assert player.get_attribute("controls") is not None
    assert player.get_attribute("src").endswith("/master.m3u8")
    expect(page.locator("[data-controls]")).to_be_hidden()
    expect(page.locator("main")).to_contain_text("Sanad")
    assert page.request.get(player.get_attribute("src")).status == 200


def test_colours_are_chosen_on_the_device_and_stay(open_page: Open) -> None:
    page = open_page("/", color_scheme="light")
    switch = page.locator("[data-theme-switch]")
    switch.click()
    switch.click()
    dark = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert dark == "rgb(18, 22, 20)"

    page.goto("/karya/")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == dark
    assert page.context.cookies() == []
    page.locator("[data-theme-switch]").click()
    assert page.evaluate("localStorage.getItem('kodipest-theme')") is None


def test_the_same_page_in_three_languages(open_page: Open, watch_path: str) -> None:
    page = open_page(watch_path)
    for code, mark in (("en", "/en"), ("zh-hans", "/zh-hans"), ("id", "")):
        page.locator("header details.menu summary").first.click()
        page.locator(f'header a[hreflang="{code}"]').click()
        page.wait_for_url(f"**{mark}{watch_path}")
        assert page.locator("html").get_attribute("lang") == code


def test_an_arrow_beside_a_short_shelf_still_says_where_it_leads(open_page: Open) -> None:
    page = open_page("/en/")

    link = page.get_by_role("link", name=re.compile("^Show all ?: Audio$"))

    expect(link).to_be_visible()
    box = link.bounding_box()
    assert box is not None
    assert box["width"] >= 44
    assert box["height"] >= 44


def test_a_quiet_word_when_the_line_goes_and_comes(open_page: Open) -> None:
    page = open_page("/")
    page.context.set_offline(True)
    expect(page.locator("[data-net]")).not_to_be_empty()
    gone = page.locator("[data-net]").inner_text()

    page.context.set_offline(False)
    expect(page.locator("[data-net]")).not_to_have_text(gone)


def test_a_barrier_would_be_found(open_page: Open) -> None:
    page = open_page("/tentang/")
    page.set_content('<html lang="id"><title>Foto</title><main><h1>Foto</h1><img src="a.png">')

    assert [each.partition(":")[0] for each in barriers(page)] == ["image-alt"]


@pytest.mark.parametrize(("viewport", "colours"), [(PHONE, "dark"), (DESK, "light")])
def test_public_pages_are_readable_for_everybody(
    open_page: Open, watch_path: str, viewport: dict[str, int], colours: str
) -> None:
    page = open_page("/", viewport=viewport, color_scheme=colours)
    works = page.locator('main a[href*="/karya/"]').evaluate_all(
        "links => links.map(link => link.pathname)"
    )
    fixed = [
        "/",
        "/karya/",
        "/karya/?q=zzz",
        "/kanal/",
        "/kanal/santri/",
        "/pesantren/",
        "/tentang/",
    ]
    doors = ["/akun/login/", "/demo/masuk/", "/nowhere/", "/zh-hans/", "/en/tentang/"]
    for path in [
        *fixed,
        *doors,
        watch_path,
        *sorted({work for work in works if work != "/karya/"}),
    ]:
        page.goto(path)
        assert barriers(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


@pytest.mark.parametrize("path", ["/", "/karya/", "watch"])
def test_a_public_page_is_light(open_page: Open, watch_path: str, path: str) -> None:
    """What a phone must fetch before pictures and film (DESIGN, weight)."""
    page = open_page("/tentang/", viewport=PHONE)
    page.context.clear_cookies()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    urls: dict[str, str] = {}
    weights: dict[str, float] = {}
    session.on(
        "Network.responseReceived",
        lambda told: urls.update({told["requestId"]: told["response"]["url"]}),
    )
    session.on(
        "Network.loadingFinished",
        lambda told: weights.update({urls.get(told["requestId"], "?"): told["encodedDataLength"]}),
    )

    page.goto(watch_path if path == "watch" else path, wait_until="networkidle")

    ours = {
        url: weight
        for url, weight in weights.items()
        if url.startswith("http") and "/media/" not in url
    }
    assert len(ours) <= BEFORE_MEDIA_REQUESTS, sorted(ours)
    assert sum(ours.values()) <= BEFORE_MEDIA_BYTES, ours
