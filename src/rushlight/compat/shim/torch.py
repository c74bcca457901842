"""What `import torch` finds in a process that has this folder on its path: it installs rushlight as torch.

`rushlight run` puts the folder on the path of every process that the program starts: workers of
`multiprocessing`, and the kernel that runs a notebook's cells.
"""

import sys

from rushlight.compat import install_as_torch

del sys.modules[__name__]  # the name is rushlight's; Python takes the result of the import from there
install_as_torch()
