"""What the README shows is what happens."""

import contextlib
import doctest
import io
import re
import shlex
from pathlib import Path

from tests.structure.source import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The README's code blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def test_the_example_prints_what_the_readme_says():
    (program,), (expected,) = blocks("python"), blocks("text")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(program, "README.md", "exec"), {})
    assert printed.getvalue() == expected


def test_sessions_print_what_the_readme_says():
    (session,) = blocks("pycon")
    report: list[str] = []
    test = doctest.DocTestParser().get_doctest(session, {}, "README.md", "README.md", 0)
    doctest.DocTestRunner(verbose=False).run(test, out=report.append)
    assert not report, "".join(report)


def test_the_example_is_short():
    assert blocks("python")[0].count("\n") <= 15


def test_there_are_two_commands_and_their_files_exist():
    commands = blocks("sh")[0].splitlines()
    assert len(commands) == 2
    named = [word for command in commands for word in shlex.split(command) if word.startswith("examples/")]
    assert named
    assert all(Path(ROOT, word).exists() for word in named)


def test_links_lead_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)", README)
    assert links
    assert all(Path(ROOT, link).exists() for link in links)
