"""Additions come to a film that is being watched, and the power may fail at any step."""

import json
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from kodipest.engines.media import joining, manifest, playlists
from kodipest.engines.media.errors import Unusable
from kodipest.engines.media.joining import join_addition, leave_addition
from kodipest.engines.media.manifest import Manifest, read_manifest
from kodipest.engines.media.prepare import Progress, prepare
from kodipest.engines.media.probe import probe
from kodipest.engines.media.recipes import plan_for

from . import footage, played


class Cut(BaseException):
    """The power went."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A film of five seconds in 720p, each of its three parts prepared in a folder of its own."""
    source = footage.film("parts.mp4", size="1280x720", rate="15", seconds=5)
    facts = probe(source)
    home = tmp_path_factory.mktemp("parts")
    for recipe in plan_for("video", facts, preset="ultrafast"):
        prepare(source, home / recipe.part, probe=facts, recipe=recipe)
    return {part: home / part for part in ("base", "high", "thrift")}


@pytest.fixture
def parts(made: dict[str, Path], tmp_path: Path) -> dict[str, Path]:
    """The same three folders, to be spoilt."""
    for name, folder in made.items():
        shutil.copytree(folder, tmp_path / name)
    return {name: tmp_path / name for name in made}


def bytes_of(out: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()
    }


def test_a_base_is_a_whole_film_without_its_tall_rungs(made: dict[str, Path]) -> None:
    base = read_manifest(made["base"])

    assert base.parts == ["base"]
    assert [rung.name for rung in base.rungs] == ["240p", "360p", "480p"]
    assert [sound.name for sound in base.sounds] == ["sound"]
    assert (base.poster, base.storyboard is not None) == ("poster.jpg", True)
    assert len(played.variants(made["base"])) == 3


def test_an_addition_is_a_folder_named_after_its_part_and_nothing_else(
    made: dict[str, Path],
) -> None:
    for part, rungs in (("high", ["720p"]), ("thrift", ["240p-av1", "360p-av1", "480p-av1"])):
        found = read_manifest(made[part])

        assert sorted(path.name for path in made[part].iterdir()) == sorted([part, "manifest.json"])
        assert found.parts == [part]
        assert [rung.name for rung in found.rungs] == rungs
        assert [rung.playlist for rung in found.rungs] == [
            f"{part}/{name}/index.m3u8" for name in rungs
        ]
        assert (found.master, found.poster, found.first_playable_seconds) == (None, None, None)


def test_an_addition_is_never_called_playable_by_itself(tmp_path: Path) -> None:
    source = footage.film("alone.mp4", size="1280x720", rate="10", seconds=1)
    facts = probe(source)
    seen: list[Progress] = []

    prepare(
        source,
        tmp_path / "out",
        probe=facts,
        recipe=plan_for("video", facts, preset="ultrafast")[1],
        on_progress=seen.append,
    )

    assert seen
    assert not any(progress.first_playable for progress in seen)


def test_the_joined_film_has_every_rung_and_all_of_them_play(parts: dict[str, Path]) -> None:
    base, high = (read_manifest(parts[name]) for name in ("base", "high"))
    join_addition(parts["base"], parts["high"])
    joined = join_addition(parts["base"], parts["thrift"])

    names = ["240p", "360p", "480p", "720p", "240p-av1", "360p-av1", "480p-av1"]
    assert [rung.name for rung in joined.rungs] == names
    assert joined.parts == ["base", "high", "thrift"]
    assert (joined.width, joined.height) == (1280, 720)
    assert joined == read_manifest(parts["base"])
    assert joined.cpu_seconds > base.cpu_seconds + high.cpu_seconds
    assert joined.bytes == sum(
        path.stat().st_size
        for path in parts["base"].rglob("*")
        if path.is_file() and path.name != "manifest.json"
    )
    for rung, variant in zip(joined.rungs, played.variants(parts["base"]), strict=True):
        assert variant["uri"] == rung.playlist
        found = played.picture(played.rendition(parts["base"], rung.playlist[:-11]).whole)
        assert (found.width, found.height, len(found.times)) == (rung.width, rung.height, 75)


def test_each_variant_names_the_sound_of_its_codec(parts: dict[str, Path]) -> None:
    join_addition(parts["base"], parts["high"])
    join_addition(parts["base"], parts["thrift"])
    told = {v["uri"]: (v["CODECS"], v["AUDIO"]) for v in played.variants(parts["base"])}

    codecs, sound = told["high/720p/index.m3u8"]
    assert codecs.startswith("avc1.")
    assert codecs.endswith("1F,mp4a.40.2")
    assert sound == "sound"
    codecs, sound = told["thrift/240p-av1/index.m3u8"]
    assert codecs.startswith("av01.0.0")
    assert codecs.endswith("M.08,opus")
    assert sound == "sound-opus"
    master = (parts["base"] / "master.m3u8").read_text()
    assert 'GROUP-ID="sound",' in master
    assert 'URI="thrift/sound-opus/index.m3u8"' in master


def test_a_running_player_finds_everything_it_knew_unchanged(parts: dict[str, Path]) -> None:
    before = bytes_of(parts["base"])
    known = played.variants(parts["base"])
    join_addition(parts["base"], parts["high"])
    after = bytes_of(parts["base"])

    lists = {"master.m3u8", "manifest.json", "manifest.mpd"}
    assert {name: data for name, data in after.items() if name in before and name not in lists} == {
        name: data for name, data in before.items() if name not in lists
    }
    assert [v for v in played.variants(parts["base"]) if v in known] == known


def test_the_order_of_joining_makes_no_difference(parts: dict[str, Path], tmp_path: Path) -> None:
    shutil.copytree(parts["base"], tmp_path / "other")
    for part in ("high", "thrift"):
        join_addition(parts["base"], parts[part])
    for part in ("thrift", "high"):
        join_addition(tmp_path / "other", parts[part])

    for name in ("master.m3u8",):
        first, second = ((out / name).read_text() for out in (parts["base"], tmp_path / "other"))
        assert sorted(first.splitlines()) == sorted(second.splitlines())


def test_joining_twice_is_joining_once(parts: dict[str, Path]) -> None:
    first = join_addition(parts["base"], parts["high"])
    files = bytes_of(parts["base"])

    assert join_addition(parts["base"], parts["high"]) == first
    assert bytes_of(parts["base"]) == files
    assert bytes_of(parts["high"])  # left for the caller


STEPS = [
    (joining.shutil, "copytree"),
    (joining, "flush"),
    (manifest.Path, "rename"),
    (manifest.Path, "replace"),
    (manifest, "flush"),
    (playlists.Path, "write_bytes"),
]


def test_killed_at_any_step_it_is_done_by_doing_it_again(
    made: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every call that touches the disk is cut once before and once after it has happened."""
    aim = tmp_path / "aim"
    shutil.copytree(made["base"], aim)
    join_addition(aim, made["high"])
    cuts = 0
    for room, name in STEPS:
        for after in (False, True):
            for count in range(100):
                out = tmp_path / f"{name}{after}{count}{room.__name__}"
                shutil.copytree(made["base"], out)
                with monkeypatch.context() as patch:
                    patch.setattr(room, name, cut_at(count, getattr(room, name), after=after))
                    try:
                        join_addition(out, made["high"])
                    except Cut:
                        cuts += 1
                        served_names_exist(out)
                    else:
                        break
                join_addition(out, made["high"])
                assert bytes_of(out) == bytes_of(aim)
                shutil.rmtree(out)
    assert cuts > 30


def cut_at(number: int, real, *, after: bool):
    """Let the call of that `number` raise Cut, before or after it has done its work."""
    calls = iter(range(10**6))

    def called(*words, **named):
        is_due = next(calls) == number
        if is_due and not after:
            raise Cut
        answer = real(*words, **named)
        if is_due:
            raise Cut
        return answer

    return called


def served_names_exist(out: Path) -> None:
    """What a player can read in between is one of the two truths, never a mixture."""
    for variant in played.variants(out):
        assert played.rendition(out, variant["uri"][:-11]).lines[-1] == "#EXT-X-ENDLIST"
    for rung in Manifest.from_dict(json.loads((out / "manifest.json").read_text())).rungs:
        assert (out / rung.playlist).exists()


def test_two_additions_that_arrive_together_both_stay(parts: dict[str, Path]) -> None:
    arrivals = [
        threading.Thread(target=join_addition, args=(parts["base"], parts[part]))
        for part in ("high", "thrift")
    ]
    for thread in arrivals:
        thread.start()
    for thread in arrivals:
        thread.join()

    assert set(read_manifest(parts["base"]).parts) == {"base", "high", "thrift"}
    assert len(played.variants(parts["base"])) == 7


def test_a_leftover_folder_of_a_killed_attempt_gives_way(parts: dict[str, Path]) -> None:
    (parts["base"] / "high" / "720p").mkdir(parents=True)
    (parts["base"] / "high" / "720p" / "old.m4s").write_bytes(b"old")

    join_addition(parts["base"], parts["high"])

    assert not (parts["base"] / "high" / "720p" / "old.m4s").exists()


def test_a_file_system_without_second_names_gets_copies(
    parts: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_source: str, _target: str) -> None:
        raise OSError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    join_addition(parts["base"], parts["high"])
    shutil.rmtree(parts["high"])

    found = played.picture(played.rendition(parts["base"], "high/720p").whole)
    assert len(found.times) == 75


def test_an_addition_can_leave_again(parts: dict[str, Path]) -> None:
    join_addition(parts["base"], parts["thrift"])
    before = bytes_of(parts["base"])
    join_addition(parts["base"], parts["high"])

    left = leave_addition(parts["base"], "high")

    assert left.parts == ["base", "thrift"]
    assert (left.width, left.height) == (854, 480)
    after = bytes_of(parts["base"])
    assert sorted(after) == sorted(before)
    assert after["master.m3u8"] == before["master.m3u8"]
    assert leave_addition(parts["base"], "high") == left


def test_the_base_itself_never_leaves(parts: dict[str, Path]) -> None:
    before = read_manifest(parts["base"])

    assert leave_addition(parts["base"], "base").rungs == before.rungs
    assert (parts["base"] / "240p" / "index.m3u8").exists()


def test_what_is_not_finished_does_not_join(parts: dict[str, Path]) -> None:
    (parts["high"] / "manifest.json").unlink()

    with pytest.raises(FileNotFoundError):
        join_addition(parts["base"], parts["high"])

    assert not (parts["base"] / "high").exists()


def test_a_base_is_no_addition(parts: dict[str, Path], tmp_path: Path) -> None:
    other = replace(read_manifest(parts["base"]), parts=["whole"])
    (tmp_path / "whole").mkdir()
    manifest.write_manifest(other, tmp_path / "whole")

    with pytest.raises(Unusable, match="'whole' is no addition"):
        join_addition(parts["base"], tmp_path / "whole")


def test_an_addition_of_another_film_is_refused(parts: dict[str, Path], tmp_path: Path) -> None:
    source = footage.film("longer.mp4", size="1280x720", rate="10", seconds=7)
    facts = probe(source)
    high = plan_for("video", facts, preset="ultrafast")[1]
    prepare(source, tmp_path / "other", probe=facts, recipe=high)

    with pytest.raises(Unusable, match="720p: segments end") as refused:
        join_addition(parts["base"], tmp_path / "other")

    assert refused.value.code == "encoder_failed"
    assert read_manifest(parts["base"]).parts == ["base"]
