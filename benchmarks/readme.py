"""Writes what the benchmarks measured into the README's table, between its two `measured` marks.

python benchmarks/small.py && python benchmarks/footprint.py && python benchmarks/readme.py
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

from _measure import RESULTS, ROOT

MARKS = re.compile(r"(<!-- measured -->\n).*?(<!-- end of measured -->)", re.DOTALL)


def table(small: dict[str, Any], footprint: dict[str, Any]) -> str:
    """The README's table in Markdown."""
    imports, sizes = footprint["imports"], footprint["sizes"]
    torch, ours = imports["torch"], imports["rushlight"]
    lines = [
        "| | torch | rushlight | rushlight / torch |",
        "| --- | ---: | ---: | ---: |",
        line("import, seconds", torch["seconds"], ours["seconds"], "{:.2f}"),
        line("memory after import, MB", torch["megabytes"], ours["megabytes"], "{:.0f}"),
        line("on disk, MB", sizes["torch"]["alone"], sizes["rushlight"]["alone"], "{:.1f}"),
        line(
            "on disk with all it needs, MB",
            sizes["torch"]["with requirements"],
            sizes["rushlight"]["with requirements"],
            "{:.0f}",
        ),
    ]
    for row in small["rows"]:
        spread = f"{row['ratio']:.2f} ({row['lower_quartile']:.2f}-{row['upper_quartile']:.2f})"
        title = f"`{row['name']}`, {row['note']}" if row["note"] else f"`{row['name']}`"
        lines.append(f"| {title}, µs | {row['torch_us']:.2f} | {row['rushlight_us']:.2f} | {spread} |")
    return "\n".join(lines)


def line(title: str, theirs: float, ours: float, form: str) -> str:
    """One row whose ratio is the quotient of two medians."""
    return f"| {title} | {form.format(theirs)} | {form.format(ours)} | {ours / theirs:.2g} |"


def source(small: dict[str, Any]) -> str:
    """The sentence that says where the numbers come from."""
    machine, versions, rounds = small["machine"], small["versions"], small["rows"][0]["rounds"]
    return (
        f"{machine['processor']}, one thread, Python {machine['python']}, NumPy {versions['numpy']}, "
        f"torch {versions['torch']}. Ratios are medians over {rounds} rounds run in turns in one process, "
        "with quartiles; tensors are 10x3 where nothing else is said."
    )


def main() -> int:
    """Rewrites the README; returns the exit status."""
    small, footprint = (
        json.loads((RESULTS / name).read_text(encoding="utf-8")) for name in ("small.json", "footprint.json")
    )
    text = f"{table(small, footprint)}\n\n{source(small)}\n"
    readme = Path(ROOT / "README.md")
    old = readme.read_text(encoding="utf-8")
    new, count = MARKS.subn(lambda match: f"{match[1]}\n{text}\n{match[2]}", old)
    if not count:
        print(text)
        return 1
    readme.write_text(new, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
