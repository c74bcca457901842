"""`rushlight info` prints what a bug report needs, `--version` the version."""

import platform

import ml_dtypes
import numpy

import rushlight as package
from tests.cli.command import python, rushlight


def test_info_names_versions_and_hardware():
    result = rushlight("info")
    assert result.returncode == 0
    assert result.stderr == ""
    facts = dict(line.split("  ", 1) for line in result.stdout.splitlines())
    facts = {label.strip(): fact.strip() for label, fact in facts.items()}
    assert facts["rushlight"].startswith(package.__version__)
    assert facts["Python"].startswith(platform.python_version())
    assert facts["NumPy"] == numpy.__version__
    assert facts["ml_dtypes"] == ml_dtypes.__version__
    assert facts["platform"] == platform.platform()
    assert {"llvmlite", "CPU", "vector instructions", "cores", "threads", "BLAS"} <= set(facts)
    assert all(facts.values())


def test_info_shows_the_limits_on_threads():
    assert "OMP_NUM_THREADS=1" in rushlight("info").stdout


def test_version():
    assert rushlight("--version").stdout == f"rushlight {package.__version__}\n"


def test_a_command_is_needed():
    result = rushlight()
    assert result.returncode == 2
    assert "usage: rushlight" in result.stderr


def test_the_command_line_does_not_load_the_packages_of_notebooks():
    loaded = python("-c", "import rushlight.cli, sys; print({'nbformat', 'IPython', 'zmq'} & set(sys.modules))")
    assert loaded.stdout == "set()\n"
