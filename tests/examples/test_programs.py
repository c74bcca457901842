"""The programs in examples/ run, reach torch's losses, print their figures and draw their plots."""

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

from tests.examples.programs import PROGRAMS, RECORDED, ROOT, STEPS, environment, run

pytest.importorskip("tqdm", reason="needs the extra `examples`")

NEEDS = {"digits": "sklearn", "vae": "sklearn"}
FIGURES = {
    "digits": "of 359 digits that it had not seen are read right",
    "char_gpt": "6,149 letters, 55 different ones",
    "vae": "loss of the last epoch: ",
    "lstm_language_model": "on what it has read; on the rest",
    "dqn": "steps on average",
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_losses_are_those_of_torch(name, tmp_path):
    pytest.importorskip(NEEDS.get(name, "tqdm"))
    drawn = tmp_path / "drawn.png"
    plots = find_spec("matplotlib") is not None
    losses, printed = run(name, "rushlight", tmp_path, [*PROGRAMS[name], "--plot", str(drawn) if plots else ""])
    recorded = json.loads(RECORDED.read_text())[name]
    assert len(recorded) == STEPS
    assert losses[:STEPS] == pytest.approx(recorded, rel=1e-4)
    assert FIGURES[name] in printed
    assert drawn.exists() == plots


@pytest.mark.long
@pytest.mark.parametrize("name", PROGRAMS)
def test_what_was_recorded_is_what_torch_reaches(name, tmp_path):
    pytest.importorskip("torch")
    losses, _ = run(name, "torch", tmp_path, [*PROGRAMS[name], "--plot", ""])
    assert losses[:STEPS] == pytest.approx(json.loads(RECORDED.read_text())[name], rel=1e-5)


def test_seeds_decide_all_that_is_random(tmp_path):
    options = [*PROGRAMS["dqn"], "--plot", "", "--seed"]
    first, again, other = (run("dqn", "rushlight", tmp_path, [*options, seed])[0] for seed in "334")
    assert first == again != other


def test_the_command_runs_them(tmp_path):
    command = [sys.executable, "-m", "rushlight", "run", str(ROOT / "examples" / "dqn.py")]
    options = ["--steps", "70", "--plot", ""]
    done = subprocess.run(
        command + options, cwd=tmp_path, env=environment(), capture_output=True, encoding="utf-8", check=True
    )
    assert "steps on average" in done.stdout
    assert "playing: 100%" in done.stderr


def test_every_program_is_tested():
    assert sorted(PROGRAMS) == sorted(path.stem for path in (ROOT / "examples").glob("*.py"))
