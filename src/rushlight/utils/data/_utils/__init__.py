"""What loaders are made of."""

from . import collate as collate
