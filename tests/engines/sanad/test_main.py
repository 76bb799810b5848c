import json
import os
import subprocess
import sys

import pytest

from kodipest.engines.sanad.__main__ import main
from kodipest.engines.sanad.chain import vouch
from kodipest.engines.sanad.content import hash_file
from kodipest.engines.sanad.keys import SiteKey
from tests.engines.sanad import chains


@pytest.fixture
def film(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(b"a film")
    return path


@pytest.fixture
def sanad(tmp_path, film, key):
    made = vouch(key=key, statement=chains.statement(content=hash_file(film)), name="Aisyah")
    path = tmp_path / "sanad.json"
    path.write_bytes(chains.exported([made], key))
    return path


@pytest.fixture
def public(tmp_path, key):
    path = tmp_path / "site.pub"
    path.write_text(key.public.pem)
    return path


def test_verify_says_the_chain_holds(sanad, public, film, capsys):
    assert main(["verify", str(sanad), "--key", str(public), "--content", str(film)]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "  1. 2026-11-23T14:00:00Z  made  Aisyah [santri]",
        "Berkas karya cocok dengan sanad: film.mp4",
        "Sanad utuh: 1 mata rantai, semua tanda tangan sah.",
    ]


def test_verify_names_what_changed(sanad, key, film, capsys):
    sanad.write_text(sanad.read_text().replace("Aisyah", "Eka"))
    film.write_bytes(b"another film")

    arguments = ["verify", str(sanad), "--key", key.public.text, "--content", str(film)]
    assert main([*arguments, "--lang", "en"]) == 1

    out = capsys.readouterr().out
    assert "Link 1: the name was changed; it now reads: Eka." in out
    assert f"The whole file: the work has changed (found {hash_file(film)})." in out
    assert "The sanad is NOT to be trusted: 2 things do not fit." in out


def test_verify_answers_in_json(sanad, public, capsys):
    assert main(["verify", str(sanad), "--key", str(public), "--json", "--lang", "zh-hans"]) == 0

    answer = json.loads(capsys.readouterr().out)
    assert answer["valid"] is True
    assert [finding["code"] for finding in answer["findings"]] == ["content_not_compared"]
    assert answer["messages"] == ["提示。尚未比对作品文件，请加上 --content 文件。"]


def test_verify_compares_the_head(sanad, public, capsys):
    head = json.loads(sanad.read_text())["head"][0]
    arguments = ["verify", str(sanad), "--key", str(public), "--head"]

    assert main([*arguments, head]) == 0
    assert main([*arguments, "f" * 64]) == 1
    assert "ada mata rantai yang hilang" in capsys.readouterr().out


def test_verify_hides_a_withheld_name(sanad, public, capsys):
    value = json.loads(sanad.read_text())
    value["links"][0]["disclosure"] = None
    sanad.write_text(json.dumps(value))

    assert main(["verify", str(sanad), "--key", str(public), "--lang", "en"]) == 0
    assert "made  (name withheld) [santri]" in capsys.readouterr().out


def test_verify_does_not_let_a_name_steer_the_terminal(tmp_path, key, public, capsys):
    made = vouch(key=key, statement=chains.statement(), name="A\x1b[2J\u202ehayysiA\u200d\u0639")
    path = tmp_path / "sanad.json"
    path.write_bytes(chains.exported([made], key))

    assert main(["verify", str(path), "--key", str(public)]) == 0

    out = capsys.readouterr().out
    assert "A\ufffd[2J\ufffdhayysiA\u200d\u0639" in out


def test_verify_cannot_ask_without_a_file_or_a_key(sanad, public, tmp_path, capsys):
    missing = str(tmp_path / "missing")
    nonsense = tmp_path / "nonsense.pub"
    nonsense.write_bytes(b"\xff\xfe kunci")

    assert main(["verify", missing, "--key", str(public)]) == 2
    assert main(["verify", str(sanad), "--key", missing]) == 2
    assert main(["verify", str(sanad), "--key", str(nonsense)]) == 2
    assert main(["verify", str(sanad), "--key", str(public), "--content", missing]) == 2
    assert main(["verify", str(tmp_path), "--key", str(public)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "No such file" in captured.err
    assert "key_unreadable" in captured.err


def test_verify_refuses_a_huge_file_without_reading_it_all(tmp_path, public, capsys):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(10_000_000_000)

    assert main(["verify", str(path), "--key", str(public), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["findings"][0]["code"] == "unreadable"


def test_verify_needs_a_key(sanad):
    with pytest.raises(SystemExit) as leaving:
        main(["verify", str(sanad)])

    assert leaving.value.code == 2


def test_key_new_and_show(tmp_path, capsys):
    path = tmp_path / "keys" / "site.pem"

    assert main(["key", "new", str(path)]) == 0
    made = capsys.readouterr().out
    assert main(["key", "show", str(path)]) == 0
    assert capsys.readouterr().out == made

    public = SiteKey.load(path).public
    assert made == f"{public.key_id}\n{public.text}\n{public.pem}"
    assert "PRIVATE" not in made

    (tmp_path / "site.pub").write_text(public.text)
    assert main(["key", "show", str(tmp_path / "site.pub")]) == 0
    assert capsys.readouterr().out == made

    assert main(["key", "new", str(path)]) == 2
    assert "key_exists" in capsys.readouterr().err


def test_the_engine_runs_alone_and_without_django(sanad, public, tmp_path):
    program = (
        "import runpy, sys\n"
        "try:\n"
        "    runpy.run_module('kodipest.engines.sanad', run_name='__main__')\n"
        "finally:\n"
        "    assert 'django' not in sys.modules\n"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "LC_ALL": "C.UTF-8",
    }

    run = subprocess.run(
        [sys.executable, "-c", program, "verify", str(sanad), "--key", str(public)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=False,
    )

    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith("semua tanda tangan sah.\n")
