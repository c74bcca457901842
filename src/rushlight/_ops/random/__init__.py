"""Random tensors: new ones, ones like another, fills of existing ones, distributions given by tensors, and dropout."""

from .dropout import (
    alpha_dropout,
    alpha_dropout_,
    dropout,
    dropout_,
    feature_alpha_dropout,
    feature_alpha_dropout_,
    feature_dropout,
    feature_dropout_,
    native_dropout,
    rrelu,
    rrelu_,
)
from .factories import rand, randint, randn, randperm
from .gammas import _dirichlet_grad, _sample_dirichlet, _standard_gamma, _standard_gamma_grad
from .likes import rand_like, randint_like, randn_like
from .sampling import bernoulli, binomial, multinomial, normal, poisson
