"""Records what the notebook of seed 002 prints on torch 2.13: `python -m tests.notebooks.record`."""

from pathlib import Path

import nbclient

from tests.notebooks.seed import NOTEBOOKS, printed, read


def main() -> None:
    notebook = nbclient.NotebookClient(read(NOTEBOOKS["002"])).execute()
    parts = []
    for cell in notebook.cells:
        is_code = cell.cell_type == "code"
        parts.append(f"In [{cell.execution_count}]:\n{cell.source}" if is_code else cell.source)
        if is_code and printed(cell):
            parts.append(printed(cell))
    Path(__file__).with_name("002_on_torch.txt").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
