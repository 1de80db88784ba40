# SPDX-License-Identifier: GPL-2.0-only
"""Samples and what scipy says of them, as JSON for statistics_test.cc."""
import json
import warnings

import numpy
from scipy import stats

warnings.simplefilter("ignore")


def walsh(x):
    i, j = numpy.triu_indices(len(x))
    return (x[i] + x[j]) / 2


def accepts(x, shift, alpha):
    """True if the exact two-sided signed rank test of scipy keeps this shift."""
    return stats.wilcoxon(x - shift, mode="exact").pvalue > alpha


def reference(x, confidence):
    averages = numpy.sort(walsh(x))
    # The interval by its definition: shifts that the test keeps lie between two neighbouring Walsh averages.
    between = (averages[1:] + averages[:-1]) / 2
    kept = [i for i, shift in enumerate(between) if accepts(x, shift, 1 - confidence)] if len(x) <= 20 else None
    flips = {}
    if len(x) <= 12:
        for tail, name in (("greater", "greater"), ("less", "less"), ("two-sided", "two_sided")):
            flips[name] = stats.permutation_test((x,), numpy.sum, permutation_type="samples", vectorized=False,
                                                 n_resamples=numpy.inf, alternative=tail).pvalue
    return {
        "values": list(x),
        "confidence": confidence,
        "median": float(numpy.median(x)),
        "mad": float(stats.median_abs_deviation(x)),
        "hodges_lehmann": float(numpy.median(averages)),
        "low": float(averages[kept[0]]) if kept else None,
        "high": float(averages[kept[-1] + 1]) if kept else None,
        "sign_flip": flips,
    }


def rank_cdf(n):
    """P(W <= w) from scipy's own p-values: a sample with the rank sum w for each w."""
    out = []
    for w in range(n * (n + 1) // 2 + 1):
        signs, rest = numpy.full(n, -1.0), w
        for rank in range(n, 0, -1):
            if rest >= rank:
                signs[rank - 1], rest = 1.0, rest - rank
        sample = signs * numpy.arange(1, n + 1)
        out.append(float(stats.wilcoxon(sample, mode="exact", alternative="less").pvalue))
    return out


def large(n, confidence):
    """Rank of the bound by the normal approximation, with half a rank of continuity."""
    mean, deviation = n * (n + 1) / 4, numpy.sqrt(n * (n + 1) * (2 * n + 1) / 24)
    tail = (1 - confidence) / 2
    rank = int(numpy.floor(stats.norm.ppf(tail) * deviation + mean - 0.5))
    return {"rank": rank, "probability": float(stats.norm.cdf((rank + 0.5 - mean) / deviation))}


def binomial(hits, trials, confidence):
    """Clopper and Pearson's interval, by the beta distribution."""
    tail = (1 - confidence) / 2
    return {"hits": hits, "trials": trials, "confidence": confidence, "cdf_at_0_3": float(stats.binom.cdf(hits, trials, 0.3)),
            "low": float(stats.beta.ppf(tail, hits, trials - hits + 1)) if hits else 0.0,
            "high": float(stats.beta.ppf(1 - tail, hits + 1, trials - hits)) if hits < trials else 1.0}


random = numpy.random.default_rng(20240101)
samples = [reference(random.normal(0.1 * n, 1.0, n), confidence) for n in (6, 7, 8, 10, 12, 15, 20) for confidence in (0.9, 0.95)]
samples += [reference(random.standard_cauchy(n), 0.95) for n in (6, 9, 12)]
big = random.normal(0.02, 1.0, 301)
print(json.dumps({
    "samples": samples,
    "binomial": [binomial(hits, trials, confidence) for trials in (1, 7, 48, 300) for hits in sorted({0, 1, trials // 3, trials - 1, trials})
                 for confidence in (0.9, 0.95)],
    "rank_cdf": {str(n): rank_cdf(n) for n in (1, 2, 3, 5, 8, 13, 20)},
    "large": {"values": list(big), "confidence": 0.95,
              "hodges_lehmann": float(numpy.median(walsh(big))), **large(301, 0.95)},
    "log_ratios": {"baseline": [2.0, 4.0, 1e9], "candidate": [1.0, 4.0, 1.001e9],
                   "value": list(numpy.log(numpy.array([0.5, 1.0, 1.001])))},
}))
