"""Random tensors: new ones, ones like another, fills of existing ones, and distributions given by tensors."""

from .factories import rand, randint, randn, randperm
from .likes import rand_like, randint_like, randn_like
from .sampling import bernoulli, binomial, multinomial, normal, poisson
