"""BLAS's threads are told to sleep when kernels have threads of their own, unless the user said how long they look."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest.importorskip("llvmlite")

PROGRAM = """
import os, numpy as np
import rushlight as torch
from rushlight._backends.llvm import blas_threads, threads
torch.set_num_threads(2)
a = np.random.default_rng(0).standard_normal((300, 300))
before = a @ a
torch.ones(1 << 20).add(1).tanh()
assert blas_threads._done is {done}
assert ("OPENBLAS_THREAD_TIMEOUT" in os.environ) is (not {done})
np.testing.assert_array_equal(a @ a, before)
pid = os.fork()
if not pid:
    np.testing.assert_array_equal(a @ a, before)
    os._exit(0)
assert os.waitpid(pid, 0)[1] == 0
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the program forks")
@pytest.mark.parametrize("given", [False, True])
def test_products_are_the_same_before_and_after_and_in_a_child(given):
    environment = os.environ | {"OMP_NUM_THREADS": "2", "RUSHLIGHT_COMPILE": "1"}
    environment.pop("OPENBLAS_THREAD_TIMEOUT", None)
    if given:
        environment["OPENBLAS_THREAD_TIMEOUT"] = "20"
    program = PROGRAM.format(done=not given)
    subprocess.run([sys.executable, "-c", program], env=environment, check=True, timeout=60)
