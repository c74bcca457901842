"""What torch's CPU kernels make of a generator's words, bit for bit, as functions that fill NumPy arrays.

`uniform`, `normal` (with `normal_blocks` for 16 numbers and more), `integers`, `permutation`, `transforms`
(Bernoulli, exponential, geometric, log-normal, Cauchy), `rejection` (Poisson, binomial, gamma, Dirichlet) and
`multinomial` are the distributions; `layout` knows the order in which a strided array is filled, `rounding`
the arithmetic of torch's kernels, and `reader` draws one number at a time.
"""
