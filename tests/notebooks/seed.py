"""The seed texts beside the notebooks made from them: what each cell is expected to print.

A seed text is a notebook written out: the cells in their order, apart by an empty line, a code cell as
"In [n]:", its source, an empty line and its output. `tests/notebooks/seeds` holds copies of the five texts.
Since a notebook's own cells say where the next one begins, what stands between two of them is the output.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parents[2]
NOTEBOOKS = {path.name[:3]: path for path in sorted((ROOT / "examples" / "notebooks").glob("*.ipynb"))}
SEEDS = {path.name[:3]: path for path in sorted((Path(__file__).parent / "seeds").glob("*.txt"))}
ADDRESS = re.compile(r"0x[0-9a-f]+")


def read(path: Path) -> Any:
    """The notebook in a file."""
    return nbformat.read(path, as_version=4)


def has_tag(cell: Any, tag: str) -> bool:
    """Whether a cell carries a tag; `added` is on cells that the seed does not have."""
    return tag in cell.metadata.get("tags", [])


def expected_outputs(cells: list[Any], text: str) -> dict[str, tuple[Any, str]]:
    """For each code cell its label in the text, the cell, and the output that the text has for it.

    The label is the number in "In [n]", with "again" when a text has a number twice. That every cell is
    found, and that nothing is left over, makes the cells those of the text, character for character.
    """
    openings = [opening(cell) for cell in cells]
    found = openings[0].match(text)
    assert found, f"the text does not begin with {cells[0].source!r}"
    outputs: dict[str, tuple[Any, str]] = {}
    for cell, following in zip(cells, [*openings[1:], None], strict=True):
        start = found.end()
        end = len(text)
        if following:
            following_found = following.search(text, start)
            assert following_found, f"the text does not go on after {cell.source!r} as the notebook does"
            end = following_found.start()
        between = text[start:end].removeprefix("\n\n")
        if cell.cell_type == "code":
            label = found["label"]
            while label in outputs:
                label += " again"
            outputs[label] = cell, ADDRESS.sub("0x", between)
        else:
            assert not between, f"the notebook lacks {between!r}"
        found = following_found if following else found
    return outputs


def opening(cell: Any) -> re.Pattern[str]:
    """What the text of a cell looks like, its output left out."""
    label = r"In \[(?P<label>\w+)\]:\n" if cell.cell_type == "code" else ""
    return re.compile(rf"(\A|\n\n){label}{re.escape(cell.source)}(?=\n\n|\Z)")


def printed(cell: Any) -> str:
    """What a cell printed and returned; of an error the line that names it."""
    return ADDRESS.sub("0x", "".join(text_of(output) for output in cell.outputs))


def text_of(output: Any) -> str:
    """The text of one output, warnings aside."""
    if output.output_type == "stream":
        return output.text if output.name == "stdout" else ""
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}"
    return output.data["text/plain"]


def warned(cell: Any) -> list[str]:
    """The lines that a cell wrote to the error stream, without the name of the kernel's temporary file."""
    text = "".join(out.text for out in cell.outputs if out.output_type == "stream" and out.name == "stderr")
    return [re.sub(r"^\S+:\d+: ", "", line) for line in text.splitlines()]


def table(cell: Any) -> str:
    """The HTML table that a cell shows, as comma-separated values."""
    html = next(output.data["text/html"] for output in cell.outputs if "text/html" in output.get("data", {}))
    rows = re.findall(r"<tr.*?>(.*?)</tr>", html, re.DOTALL)
    values = [re.findall(r"<t[hd]>(.*?)</t[hd]>", row) for row in rows]
    return "\n".join(",".join(value or "Unnamed: 0" for value in row) for row in values)


def seeded_cells(notebook: Any) -> list[Any]:
    """The cells that come from the seed."""
    return [cell for cell in notebook.cells if not has_tag(cell, "added")]


def added_cells(notebook: Any) -> Iterator[Any]:
    """The code cells that the seed does not have."""
    return (cell for cell in notebook.cells if has_tag(cell, "added") and cell.cell_type == "code")
