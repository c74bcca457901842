"""The notebooks in `examples/` print what the seed texts say, run on rushlight.

Where a seed was written with other versions than torch 2.13, or draws random numbers without a seed, a table
here says so, cell by cell; all other cells print the seed's text, character for character (addresses aside).
"""

import ast
import re
import shutil
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbclient
import numpy as np
import pytest

from tests.cli.command import environment, rushlight
from tests.notebooks.seed import (
    NOTEBOOKS,
    ROOT,
    SEEDS,
    added_cells,
    expected_outputs,
    has_tag,
    printed,
    read,
    seeded_cells,
    table,
    warned,
)

SHARED_SEEDS = ROOT.parent / "shared" / "seeds"

# Cells whose seed was written with other versions: what to replace in its text to have 2.13's.
OTHER_VERSIONS: dict[tuple[str, str], list[tuple[str, str]]] = {
    # torch.norm has been a node of its own since torch 1.13
    ("001", "23"): [("CopyBackwards", "LinalgVectorNormBackward0")],
    ("001", "32"): [("CopyBackwards", "LinalgVectorNormBackward0")],
    # IPython ends the line after each element of a tuple that takes several
    ("003", "2"): [("]]), tensor", "]]),\n tensor")],
    # torch before 0.4.1 left room for a sign and did not show requires_grad and grad_fn
    ("003", "8 again"): [
        ("[ 2.])", "[2.], requires_grad=True)"),
        ("[ 1.])", "[1.], grad_fn=<SubBackward0>)"),
        ("[-1.])", "[-1.], grad_fn=<SubBackward0>)"),
    ],
    ("003", "9 again"): [("[ 4.]", "[4.]")],
}

# The cells at the end of seed 001 are written down but not run there. This is torch 2.13's text.
NOT_RUN = {
    ("001", "None"): "tensor([1., 4., 9.], grad_fn=<PowBackward0>)\n",
    ("001", "None again"): "tensor([1., 4., 9.])\n",
    (
        "001",
        "None again again",
    ): "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn",
}

# Cells that draw numbers from a generator without a seed, and the documentation, which is the package's own.
RANDOM = {
    "000": ("2", "3", "4", "5", "6", "7", "8", "235", "239"),
    "004": ("26", "29", "30", "31", "32"),
}
DOCUMENTATION = {"000": ("241", "242")}

NON_LEAF_GRAD = (
    "UserWarning: The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be populated during autograd.backward(). If you indeed want the .grad field to be "
    "populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf "
    "Tensor by mistake, make sure you access the leaf Tensor instead. See "
    "github.com/pytorch/pytorch/pull/30531 for more information."
)
READ_ONLY_ARRAY = (
    "UserWarning: The given NumPy array is not writable, and PyTorch does not support non-writable tensors."
)
# Seed 000 has the second line of its warning alone. Seed 003 has none: pandas 3 was the first to hand out
# read-only arrays, which torch warns of.
WARNINGS = {("000", "81"): NON_LEAF_GRAD, ("003", "3"): READ_ONLY_ARRAY}

SECOND_BACKWARD = (
    "RuntimeError: Trying to backward through the graph a second time (or directly access saved tensors "
    "after they have already been freed). Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a "
    "second time or if you need to access saved tensors after calling backward."
)

# Where outputs come from: the files as they are, a run on rushlight, and, to check this test, one on torch.
SOURCES = [
    "stored",
    "rushlight",
    pytest.param(
        "torch",
        marks=[
            pytest.mark.long,
            pytest.mark.skipif(find_spec("torch") is None, reason="torch is not installed"),
        ],
    ),
]


@cache
def executed(seed: str, source: str) -> Any:
    """The notebook of a seed with its outputs."""
    if source == "stored":
        return read(NOTEBOOKS[seed])
    with TemporaryDirectory() as place:
        folder = Path(place) / "notebooks"  # seed 004 writes to the folder beside
        folder.mkdir()
        path = Path(shutil.copy(NOTEBOOKS[seed], folder))
        if source == "torch":
            notebook = read(path)
            client = nbclient.NotebookClient(notebook, resources={"metadata": {"path": str(folder)}})
            return client.execute(env=environment())
        run = rushlight("run", path.name, "--save", "executed.ipynb", folder=folder)
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr
        return read(folder / "executed.ipynb")


def cells_of(seed: str, source: str) -> dict[str, tuple[Any, str]]:
    """The executed code cells of a seed with the seed's output for each, by their labels in the seed."""
    return expected_outputs(seeded_cells(executed(seed, source)), SEEDS[seed].read_text(encoding="utf-8"))


def text_of_2_13(seed: str, label: str, text: str) -> str:
    """What the seed says a cell prints, put in torch 2.13's words."""
    for old, new in OTHER_VERSIONS.get((seed, label), ()):
        assert old in text
        text = text.replace(old, new)
    return NOT_RUN.get((seed, label), text)


def values(text: str) -> np.ndarray:
    """The numbers of a printed tensor."""
    data = re.fullmatch(r"tensor\((.*?)(, requires_grad=True)?\)", text, re.DOTALL)
    assert data, text
    return np.array(ast.literal_eval(data[1]))


def is_power_of_two(number: float) -> bool:
    """Whether a number printed with five digits is a power of two."""
    exponent = np.log2(number)
    return abs(exponent - round(exponent)) < 1e-3


@pytest.mark.parametrize("seed", SEEDS)
def test_the_copies_are_the_seeds(seed):
    if not SHARED_SEEDS.is_dir():
        pytest.skip("the seeds are not beside this repository")
    assert SEEDS[seed].read_bytes() == (SHARED_SEEDS / SEEDS[seed].name).read_bytes()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("seed", ["000", "001", "003", "004"])
def test_cells_print_the_text_of_the_seed(seed, source):
    own_tests = {*RANDOM.get(seed, ()), *DOCUMENTATION.get(seed, ())}
    wrong = []
    for label, (cell, text) in cells_of(seed, source).items():
        if label in own_tests or (seed, label) == ("000", "81"):
            continue
        actual = f"{table(cell)}\n" if (seed, label) == ("003", "5") else printed(cell)
        expected = text_of_2_13(seed, label, text)
        if actual.strip("\n") != expected.strip("\n"):
            wrong.append(f"In [{label}]:\n{cell.source}\n-- expected --\n{expected}\n-- printed --\n{actual}\n")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("seed", ["000", "001", "003", "004"])
def test_cells_warn_where_torch_warns(seed, source):
    for label, (cell, _) in cells_of(seed, source).items():
        lines = warned(cell)
        if (seed, label) == ("000", "81") or lines:
            assert lines[0].startswith(WARNINGS[seed, label])
            assert lines[1].strip() in cell.source


@pytest.mark.parametrize("source", SOURCES)
def test_random_cells_of_seed_000(source):
    cells = cells_of("000", source)
    drawn = {label: values(printed(cells[label][0])) for label in RANDOM["000"]}
    for label, value in drawn.items():
        assert value.shape == values(cells[label][1]).shape
    t1, t2, start = drawn["2"], drawn["3"], drawn["235"]
    for sample in (t1, t2, start):
        assert ((sample >= 0) & (sample < 1)).all()
    # Computed from numbers that were printed with four digits, so each may be off by some 5e-5 an element.
    assert 0 <= drawn["4"] <= t2.sum()
    np.testing.assert_allclose(drawn["5"], t1 @ t2, atol=1e-3)
    assert (drawn["6"] <= t1.sum(1, keepdims=True) + 1e-3).all()
    np.testing.assert_allclose(drawn["7"], np.linalg.norm(t1), atol=1e-3)
    np.testing.assert_allclose(drawn["8"], t1.sum(), atol=1e-3)
    np.testing.assert_allclose(drawn["239"], 6 * start + np.arange(4), atol=1e-3)
    assert printed(cells["235"][0]).endswith(", requires_grad=True)")


@pytest.mark.parametrize("source", SOURCES)
def test_random_cells_of_seed_004(source):
    cells = {label: printed(cell) for label, (cell, _) in cells_of("004", source).items()}
    # f(a) doubles a until it passes 1000, and takes it times 100 if it is negative. That product rounds, so
    # d / a may miss the slope by a bit.
    slope = re.fullmatch(r"\(tensor\((.*)\), tensor\((True|False)\)\)", cells["26"])
    assert slope
    if is_power_of_two(float(slope[1])):
        assert slope[2] == "True"
    else:
        assert is_power_of_two(float(slope[1]) / 100)
    coins = re.fullmatch(r"heads, tails:  \[(\d+), (\d+)\]\n", cells["29"])
    assert coins
    assert int(coins[1]) + int(coins[2]) == 100
    for label, total in [("30", 100), ("31", 1), ("32", 1)]:
        shares = values(cells[label])
        assert shares.shape == (2,)
        np.testing.assert_allclose(shares.sum(), total, atol=1e-4)
    np.testing.assert_allclose(values(cells["32"]), 0.5, atol=0.05)  # ten standard deviations


@pytest.mark.parametrize("source", SOURCES)
def test_documentation_cells_of_seed_000(source):
    cells = cells_of("000", source)
    listing, shown = printed(cells["241"][0]), cells["241"][1]
    names = set(re.findall(r"'(\w+)'", listing))
    assert set(re.findall(r"'(\w+)'", shown)) <= names  # the seed breaks off at "__r"
    documentation, shown = printed(cells["242"][0]), cells["242"][1]
    assert documentation.startswith("Help on class Tensor in module ")
    for method in re.findall(r"^ \|  (\w+)\(", shown, re.MULTILINE):
        assert re.search(rf"^ \|  {method}(\(| = )", documentation, re.MULTILINE), method


@pytest.mark.parametrize("source", SOURCES)
def test_added_cells(source):
    # Seed 000 shows In [140] as it was when run again, after In [141]; the cell before does as the first run.
    (earlier,) = added_cells(executed("000", source))
    assert printed(earlier) == ""
    # Seed 001 says that backward can be called once only; a cell tries it.
    (second,) = added_cells(executed("001", source))
    assert printed(second) == SECOND_BACKWARD
    for seed in ("003", "004"):
        assert not list(added_cells(executed(seed, source)))


@pytest.mark.parametrize("source", SOURCES)
def test_seed_002_as_torch_runs_it(source):
    """Its text is prose with three cells; the cells that the prose describes print what they do on torch."""
    notebook = executed("002", source)
    recorded = (Path(__file__).parent / "002_on_torch.txt").read_text(encoding="utf-8")
    wrong = [
        f"In [{label}]:\n{cell.source}\n-- expected --\n{text}\n-- printed --\n{printed(cell)}"
        for label, (cell, text) in expected_outputs(notebook.cells, recorded).items()
        if printed(cell).strip("\n") != text.strip("\n")
    ]
    assert not wrong, "\n".join(wrong)
    pictures = [cell for cell in notebook.cells if "plt.show" in cell.source]
    assert len(pictures) == 2
    assert all("image/png" in cell.outputs[0].data for cell in pictures)


def test_seed_002_has_its_prose_and_cells():
    text = SEEDS["002"].read_text(encoding="utf-8")
    cells = seeded_cells(read(NOTEBOOKS["002"]))
    position = 0
    for cell in cells:
        wanted = cell.source.lstrip("# ")
        if cell.cell_type == "code":
            wanted = re.search(rf"In \[\d+\]: {re.escape(wanted)}\nOut\[\d+\]:\n", text)[0] + printed(cell)
        position = text.index(wanted, position) + len(wanted)
    prose = "\n\n".join(cell.source.lstrip("# ") for cell in cells if cell.cell_type != "code")
    left_out = [part for part in text.split("\n\n") if part not in prose and not part.startswith("In [")]
    assert left_out == ["chain_rule.png"]  # drawn by a cell


@pytest.mark.parametrize("seed", NOTEBOOKS)
def test_only_cells_that_say_so_fail(seed):
    for cell in read(NOTEBOOKS[seed]).cells:
        if cell.cell_type == "code":
            failed = any(output.output_type == "error" for output in cell.outputs)
            assert failed == has_tag(cell, "raises-exception"), cell.source
