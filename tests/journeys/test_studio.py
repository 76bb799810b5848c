"""The desks in a real browser: what is typed is kept, files are sent with and without a script."""

import re
import subprocess
from pathlib import Path

import imageio_ffmpeg
import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import DESK, PHONE, Enter
from tests.journeys.hands import barriers, start_work

SLOW = {"offline": False, "latency": 20, "downloadThroughput": 4e6, "uploadThroughput": 400_000}


def test_a_file_is_sent_with_a_true_bar_and_can_be_stopped(
    enter: Enter, short_film: Path, tmp_path: Path
) -> None:
    page = enter("Fauzan", "/studio/baru/")
    start_work(page, "video", "Bilah yang jujur")
    wrong = page.locator(".sending [data-wrong]").first
    understood = page.locator('.sending [data-press="dismiss"]').first
    disguised = tmp_path / "film.mp4"
    disguised.write_text("only words")

    page.set_input_files("#file-main", disguised)
    expect(wrong).to_be_visible(timeout=15_000)
    expect(page.locator("#file-rows li")).to_have_count(0)
    understood.click()

    form = page.locator("form[data-upload]").first
    form.evaluate("form => form.dataset.most = 5")  # as on a disk that is nearly full
    page.set_input_files("#file-main", disguised)
    expect(wrong).to_have_text(form.get_attribute("data-say-too-much") or "")
    form.evaluate("form => form.dataset.most = 1e9")
    understood.click()

    line = page.context.new_cdp_session(page)
    line.send("Network.emulateNetworkConditions", SLOW)
    page.set_input_files("#file-main", short_film)
    figures = page.locator(".sending [data-figures]")
    expect(figures).to_contain_text(
        re.compile(r"[1-9]\d? %.* MB.*/ 3,\d MB.* kB/|/dtk"), timeout=15_000
    )
    page.locator(".sending [data-stop] summary").click()
    page.locator('.sending [data-press="drop"]').click()
    expect(page.locator(".sending")).to_have_count(0)
    expect(page.locator("#file-rows li")).to_have_count(0)

    line.send(
        "Network.emulateNetworkConditions",
        SLOW | {"downloadThroughput": -1, "uploadThroughput": -1, "latency": 0},
    )
    with page.expect_file_chooser() as chooser:
        page.locator('label[for="file-main"]').click()
    chooser.value.set_files(short_film)
    expect(page.locator("#file-rows")).to_contain_text("serambi.mp4", timeout=30_000)
    expect(page.locator(".sending")).to_have_count(0)
    expect(page.locator('form[action*="/serahkan/"] button')).to_be_visible(timeout=90_000)
    expect(page.locator("#preview .player.live")).to_be_visible()


def test_without_a_script_the_same_work_is_done_by_plain_forms(
    enter: Enter, short_film: Path
) -> None:
    page = enter("Fauzan", "/studio/baru/", java_script_enabled=False, viewport=PHONE)
    start_work(page, "video", "Tanpa skrip")

    page.set_input_files("#file-main", short_film)
    page.locator("form:has(#file-main) [data-send]").click()
    expect(page.locator("#file-rows")).to_contain_text("serambi.mp4")
    for _look in range(60):
        if page.locator('form[action*="/serahkan/"]').count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    page.locator('form[action*="/serahkan/"] button').click()

    expect(page.locator(".notes .success")).to_be_visible()
    expect(page.locator('form[action*="/serahkan/"]')).to_have_count(0)


def test_typed_words_survive_a_closed_tab_and_leave_with_the_person(enter: Enter) -> None:
    page = enter("Fauzan", "/studio/baru/")
    start_work(page, "article", "Catatan serambi")
    page.locator('textarea[name="body"]').fill("## Judul\n\nBelum disimpan.")
    expect(page.locator("#as-read h2")).to_have_text("Judul")  # shown as readers will see it
    address, context = page.url, page.context
    page.close()

    again = context.new_page()
    again.goto(address)
    expect(again.locator('textarea[name="body"]')).to_have_value("## Judul\n\nBelum disimpan.")
    expect(again.locator("[data-brought]")).to_be_visible()
    again.locator('main form:has(textarea[name="body"]) .actions button').click()
    expect(again.locator(".notes .success")).to_be_visible()
    again.reload()
    expect(again.locator("[data-brought]")).to_be_hidden()

    again.locator('textarea[name="body"]').fill("Sesuatu yang rahasia.")
    again.locator("details.menu summary").last.click()
    with again.expect_navigation():
        again.locator('form[action*="/akun/"] button').first.click()
    left = again.evaluate("Object.values(localStorage).join()")
    assert "rahasia" not in left


def test_after_a_refusal_the_page_begins_where_something_is_wrong(enter: Enter) -> None:
    page = enter("Fauzan", "/studio/baru/")
    start_work(page, "article", "Tanpa judul")
    title = page.locator('main form:has(textarea[name="body"]) input[name="title"]')
    page.locator('textarea[name="body"]').fill("Tetap di sini.")
    title.fill("   ")
    page.locator('main form:has(textarea[name="body"]) .actions button').click()

    expect(page.locator("main .wrong").first).to_be_visible()
    expect(title).to_be_focused()
    expect(page.locator('textarea[name="body"]')).to_have_value("Tetap di sini.")


def test_what_can_be_chosen_has_room_around_its_words(enter: Enter) -> None:
    page = enter("Fauzan", "/studio/baru/")
    padding = "label => getComputedStyle(label).padding"
    assert page.locator(".kind-pick").first.evaluate(padding) == "20px 12px 16px"

    page = enter("Ratna", "/publikasi/")
    page.locator(".rows h3 a").first.click()
    assert page.locator(".choice").first.evaluate(padding) == "10px 14px"


def test_a_verdict_adds_up_while_it_is_given(enter: Enter) -> None:
    page = enter("Azizah", "/kurasi/")
    page.locator(".rows h3 a").first.click()
    for name, score in [("message", 4), ("craft", 3), ("adab", 4)]:
        page.locator(f'input[name="{name}"][value="{score}"]').check(force=True)

    expect(page.locator("[data-total]")).to_have_text("92,5")
    page.locator('input[name="adab"][value="1"]').check(force=True)
    expect(page.locator("[data-total-line]")).to_have_class(re.compile("low"))


def test_a_sheet_of_curation_is_printed_on_white_over_the_whole_width(enter: Enter) -> None:
    page = enter("Azizah", "/kurasi/", color_scheme="dark")
    page.locator(".rows h3 a").first.click()
    page.wait_for_selector("form.rubric")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")

    page.emulate_media(media="print", color_scheme="dark")

    paper = "getComputedStyle(document.documentElement).backgroundColor"
    assert page.evaluate(paper) == "rgb(255, 255, 255)"
    for part in [".bench-main", "form.rubric"]:
        box = page.locator(part).bounding_box()
        assert box is not None
        assert box["width"] > 1000  # of 1366: side by side they had 200 on paper
    expect(page.locator(".strip")).to_be_hidden()
    expect(page.locator("form.rubric .button").first).to_be_hidden()


def test_on_a_phone_subtitles_have_room_beside_their_film(enter: Enter, short_film: Path) -> None:
    page = enter("Fauzan", "/studio/baru/", viewport=PHONE)
    start_work(page, "video", "Pasar pagi")
    page.locator('input[type="file"]').first.set_input_files(short_film)
    expect(page.locator(".player")).to_be_visible(timeout=90_000)
    page.goto(f"{page.url.split('#')[0]}teks/id/")
    for _ in range(3):
        page.locator("[data-add]").click()

    page.locator(".cue [data-words]").last.focus()
    page.wait_for_timeout(800)  # it glides there

    words = page.locator(".cue [data-words]").last.bounding_box()
    film = page.locator(".caption-film").bounding_box()
    tabs = page.locator("nav.tabs").bounding_box()
    assert words is not None
    assert film is not None
    assert tabs is not None
    assert film["y"] + film["height"] <= words["y"]
    assert words["y"] + words["height"] <= tabs["y"]
    assert tabs["y"] - film["y"] - film["height"] > 180


def test_a_mentor_gets_by_with_the_keyboard_alone(enter: Enter) -> None:
    maker = enter("Fauzan", "/studio/baru/")
    start_work(maker, "article", "Dibaca dengan papan tombol")
    maker.locator('textarea[name="body"]').fill("Satu pesan.")
    maker.locator('main form:has(textarea[name="body"]) .actions button').click()
    expect(maker.locator(".notes .success")).to_be_visible()
    maker.locator('form[action*="/serahkan/"] button').click()
    expect(maker.locator(".notes .success")).to_be_visible()

    page = enter("Ustaz Hasan", "/pembinaan/")
    link = page.locator(".rows h3 a").first
    expect(link).to_be_visible()
    for _press in range(60):
        page.keyboard.press("Tab")
        if link.evaluate("link => link === document.activeElement"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/pembinaan/[0-9a-f-]{36}/$"))
    advice = page.locator('textarea[name="text"]')
    for _press in range(80):
        page.keyboard.press("Tab")
        if advice.evaluate("field => field === document.activeElement"):
            break
    page.keyboard.type("Pelan-pelan saja.")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('form[action*=kembalikan] button')")


@pytest.mark.shown
@pytest.mark.parametrize(
    ("person", "paths"),
    [
        ("Fauzan", ["/hari-ini/", "/studio/", "/studio/baru/"]),
        ("Ustaz Hasan", ["/hari-ini/", "/pembinaan/", "/semua-karya/"]),
        ("Azizah", ["/hari-ini/", "/kurasi/", "/kurasi/putusan/"]),
        (
            "Ratna",
            [
                "/hari-ini/",
                "/publikasi/",
                "/publikasi/tayang/",
                "/publikasi/kanal-baru/",
                "/inkubasi/",
                "/persiapan/",
            ],
        ),
    ],
)
@pytest.mark.shown
@pytest.mark.parametrize(("size", "colours"), [(PHONE, "dark"), (DESK, "light")])
def test_desks_are_readable_for_everybody(
    enter: Enter, person: str, paths: list[str], size: dict[str, int], colours: str
) -> None:
    page = enter(person, paths[0], viewport=size, color_scheme=colours)
    inside = []
    for path in paths:
        page.goto(path)
        if not inside and page.locator(".rows h3 a, .work-card h2 a").count():
            inside = [page.locator(".rows h3 a, .work-card h2 a").first.get_attribute("href")]
    for path in [*paths, *inside]:
        page.goto(path)
        assert barriers(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_subtitles_are_written_beside_the_film(
    enter: Enter, short_film: Path, tmp_path: Path
) -> None:
    page = enter("Fauzan", "/studio/baru/")
    start_work(page, "video", "Sumur di halaman")
    page.set_input_files("#file-main", short_film)
    expect(page.locator("#preview .player.live")).to_be_visible(timeout=90_000)
    page.reload()
    page.get_by_role("link", name="Indonesia", exact=True).click()

    # He plays, stops where somebody speaks, and writes; the keyboard is enough.
    page.get_by_role("button", name="Putar atau jeda").click()
    page.wait_for_function("() => document.querySelector('video').currentTime > 0.6")
    page.keyboard.press("Control+Enter")
    page.keyboard.type("Assalamu alaikum & <selamat>")
    page.keyboard.press("Control+Space")
    page.wait_for_function("() => document.querySelector('video').paused")
    expect(page.locator(".cue")).to_have_count(1)
    begins = float(page.locator(".cue [data-start]").input_value().split(":")[1])
    assert 0.5 < begins < 3

    # A wrong time is told beside it; the right one is taken.
    page.locator(".cue [data-end]").fill("nol")
    expect(page.locator(".cue [data-wrong]")).to_be_visible()
    page.locator(".cue [data-end]").fill("0:02,9")
    expect(page.locator(".cue [data-wrong]")).to_be_hidden()

    # The tab is closed before he saved: what he wrote is still there.
    page.reload()
    expect(page.locator(".cue [data-words]")).to_have_value("Assalamu alaikum & <selamat>")
    assert barriers(page) == []
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.locator("main")).to_contain_text("1 takarir disimpan")

    # A file of another program takes their place, and the player of the desk offers them.
    srt = tmp_path / "teks.srt"
    srt.write_text("1\n00:00:00,200 --> 00:00:02,500\nبسم الله\n")
    page.get_by_text("Pakai berkas saja").click()
    page.locator('input[type="file"]').set_input_files(srt)
    page.get_by_role("button", name="Pakai berkas ini").click()
    expect(page.locator(".cue [data-words]")).to_have_value("بسم الله")
    page.get_by_role("link", name="Sumur di halaman").click()
    page.locator("[data-captions]").select_option("id")
    # On a slow machine he played far enough before for the player to offer to go on there.
    page.locator(".player [data-start]:visible, .player [data-restart]:visible").click()
    page.wait_for_function(
        "() => [...document.querySelector('video').textTracks].some("
        "track => track.mode === 'showing' && track.cues?.[0]?.text === 'بسم الله')",
        timeout=20_000,
    )


@pytest.fixture(scope="session")
def dark_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds with sound; from the third to the ninth nothing is to be seen."""
    film = tmp_path_factory.mktemp("dark") / "gelap.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25:duration=12"]
    sound = ["-f", "lavfi", "-i", "sine=duration=12", "-c:a", "aac"]
    dark = ["-vf", "drawbox=color=black:t=fill:enable='between(t,3,8.99)'"]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *source, *sound]
    subprocess.run([*command, *dark, *codec, film], check=True)
    return film


def test_the_time_of_a_finding_leads_to_its_place_in_the_player(
    enter: Enter, dark_film: Path
) -> None:
    page = enter("Fauzan", "/studio/baru/")
    start_work(page, "video", "Malam di serambi")
    page.set_input_files("#file-main", dark_film)
    expect(page.locator("#preview .player.live")).to_be_visible(timeout=90_000)
    black = page.locator('.noticed [data-code="black"] [data-jump]')
    expect(black).to_have_count(1, timeout=90_000)
    assert float(black.get_attribute("data-jump") or 0) == pytest.approx(3, abs=0.2)

    black.click()

    page.wait_for_function(
        "() => { const film = document.querySelector('.player video');"
        " return !film.paused && film.currentTime > 3.2 && film.currentTime < 9 }"
    )
    expect(page.locator(".player.live")).to_be_in_viewport()
    # A noscript that htmx brought in holds elements, not text: nobody is shown them, axe sees them.
    page.locator("noscript a").evaluate_all("links => links.forEach(link => link.remove())")
    assert barriers(page) == []
