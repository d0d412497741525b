"""Writes optuna-golden.json: what Optuna 5.0.0 (numpy 2.4.6, scipy 1.17, Python 3.11) really draws and prunes, for the tests beside this file.

Run it as `python optuna-golden.py > optuna-golden.json` where optuna 5 and scipy are installed. numpy's argsort is made stable for Optuna's Parzen
estimator: left alone it orders equal observations as the processor likes.
"""

import json
import math
import random
import sys
import warnings

import numpy as np
import optuna
from optuna.pruners import HyperbandPruner, MedianPruner, WilcoxonPruner
from optuna.samplers import TPESampler
from optuna.samplers._tpe import parzen_estimator, sampler as tpe
from optuna.trial import TrialState
from scipy.stats import wilcoxon

warnings.filterwarnings("ignore")
optuna.logging.set_verbosity(optuna.logging.CRITICAL)


class StableNumpy:
    def __getattr__(self, name):
        return getattr(np, name)

    @staticmethod
    def argsort(values):
        return np.argsort(values, kind="stable")


parzen_estimator.np = StableNumpy()
rng = random.Random(20)

SPACE = {
    "width": optuna.distributions.FloatDistribution(0.5, 4.0),
    "share": optuna.distributions.FloatDistribution(0.05, 0.95, step=0.15),
    "rate": optuna.distributions.FloatDistribution(1e-4, 0.1, log=True),
    "bars": optuna.distributions.IntDistribution(10, 90, step=5),
    "size": optuna.distributions.IntDistribution(1, 300, log=True),
    "mode": optuna.distributions.CategoricalDistribution(["calm", "brisk", "wild", "still"]),
}


def shown(distribution):
    kind = type(distribution).__name__.removesuffix("Distribution").lower()
    return {"kind": kind, **distribution._asdict()}


def objective(params):
    """A round hill with an edge in it."""
    return (
        -((params["width"] - 1.7) ** 2)
        - 3 * (params["share"] - 0.35) ** 2
        - (math.log(params["rate"]) + 5) ** 2 / 9
        - abs(params["bars"] - 45) / 60
        - (math.log(params["size"]) - 3) ** 2 / 7
        + (0.3 if params["mode"] == "brisk" else 0)
    )


def internal(params):
    return {name: float(SPACE[name].to_internal_repr(value)) for name, value in params.items()}


def sequence(seed, trials, options):
    study = optuna.create_study(direction="maximize", sampler=TPESampler(seed=seed, **options))
    for _ in range(trials):
        trial = study.ask()
        params = {name: trial._suggest(name, distribution) for name, distribution in SPACE.items()}
        study.tell(trial, objective(params))
    drawn = [{"params": internal(t.params), "value": t.value} for t in study.trials]
    return {"seed": seed, "options": options, "trials": drawn}


def mixture(count):
    observed = {
        name: np.array([d.to_internal_repr(optuna.samplers.RandomSampler(rng.randrange(10**6)).sample_independent(None, None, name, d)) for _ in range(count)], dtype=float)
        for name, d in SPACE.items()
    }
    probe = {
        name: np.array([d.to_internal_repr(optuna.samplers.RandomSampler(rng.randrange(10**6)).sample_independent(None, None, name, d)) for _ in range(4)], dtype=float)
        for name, d in SPACE.items()
    }
    parameters = parzen_estimator._ParzenEstimatorParameters(1.0, True, False, tpe.default_weights, True)
    estimator = parzen_estimator._ParzenEstimator(observed, SPACE, parameters)
    made = estimator._mixture_distribution
    return {
        "observed": {name: values.tolist() for name, values in observed.items()},
        "weights": made.weights.tolist(),
        "sigma": {
            name: d.sigma.tolist() for name, d in zip(SPACE, made.distributions) if hasattr(d, "sigma")
        },
        "probe": {name: values.tolist() for name, values in probe.items()},
        "logDensity": estimator.log_pdf(probe).tolist(),
    }


def split():
    direction = rng.choice(["minimize", "maximize"])
    study = optuna.create_study(direction=direction)
    trials = []
    for number in range(rng.randint(5, 14)):
        state = rng.choice([TrialState.COMPLETE, TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING])
        steps = {step: rng.choice([round(rng.random(), 1), math.nan]) for step in range(rng.randint(0, 3))}
        violation = rng.choice([0.0, 0.0, 0.0, round(rng.random(), 1)])
        attrs = {"constraints:x": violation} if state != TrialState.RUNNING else {}
        value = round(rng.random(), 1) if state == TrialState.COMPLETE else None
        trials.append(optuna.trial.FrozenTrial(number, state, value, None, None, {}, {}, {}, attrs, steps, number))
    good = rng.randint(1, 5)
    below, above = tpe._split_trials(study, trials, good)
    return {
        "direction": direction,
        "good": good,
        "trials": [
            {"state": t.state.name, "value": t.value, "steps": [[s, spelled(v)] for s, v in t.intermediate_values.items()], "violation": t.system_attrs.get("constraints:x", 0)}
            for t in trials
        ],
        "below": [t.number for t in below],
        "above": [t.number for t in above],
    }


def spelled(value):
    return value if math.isfinite(value) else repr(value)


def reported(pruner, direction, name, step_count, shuffled=False):
    study = optuna.create_study(direction=direction, pruner=pruner, study_name=name)
    trials = []
    for number in range(12):
        trial = study.ask()
        level = rng.uniform(-0.5, 0.5)
        steps = list(range(step_count))
        if shuffled:
            rng.shuffle(steps)
        told, pruned = [], False
        for step in steps:
            value = math.nan if rng.random() < 0.03 else round(level + rng.uniform(-0.4, 0.4), rng.choice([1, 4]))
            trial.report(value, step)
            pruned = bool(trial.should_prune())
            told.append([step, spelled(value), pruned])
            if pruned:
                break
        value = None
        if pruned:
            study.tell(trial, state=TrialState.PRUNED)
        elif rng.random() < 0.1:
            study.tell(trial, state=TrialState.FAIL)
        else:
            value = round(level, 3)
            study.tell(trial, value)
        attrs = study.trials[number].system_attrs
        rungs = [attrs[f"completed_rung_{k}"] for k in range(9) if f"completed_rung_{k}" in attrs]
        trials.append({"state": study.trials[number].state.name, "value": value, "told": told, "rungs": rungs})
    return {"direction": direction, "name": name, "trials": trials}


def pruner_cases():
    for index in range(6):
        direction = ["minimize", "maximize"][index % 2]
        options = [{}, {"n_startup_trials": 1}, {"n_warmup_steps": 2}, {"interval_steps": 3}, {"n_min_trials": 4}, {"n_startup_trials": 0}][index]
        yield {"pruner": "median", "options": options, **reported(MedianPruner(**options), direction, f"median {index}", 8)}
    for index in range(6):
        direction = ["minimize", "maximize"][index % 2]
        options = [{}, {"max_resource": 9}, {"reduction_factor": 2}, {"min_resource": 2}, {}, {"max_resource": 5}][index]
        yield {"pruner": "hyperband", "options": options, **reported(HyperbandPruner(**options), direction, f"Fünf/{index}", 10)}
    for index in range(4):
        direction = ["minimize", "maximize"][index % 2]
        options = [{}, {"p_threshold": 0.3}, {"n_startup_steps": 4}, {"p_threshold": 0.2, "n_startup_steps": 0}][index]
        yield {"pruner": "wilcoxon", "options": options, **reported(WilcoxonPruner(**options), direction, f"wilcoxon {index}", 8, shuffled=True)}


def signed_rank():
    count = rng.choice([2, 3, 5, 8, 13, 14, 20, 50, 51, 60])
    places = rng.choice([1, 6])
    differences = [round(rng.uniform(-1, 1.5), places) for _ in range(count)]
    p = wilcoxon(differences, alternative="greater", zero_method="zsplit").pvalue
    return {"differences": differences, "p": float(p)}


golden = {
    "about": f"What optuna {optuna.__version__} with numpy {np.__version__} draws and prunes; written by optuna-golden.py.",
    "space": [{"name": name, "distribution": shown(d)} for name, d in SPACE.items()],
    "sequences": [sequence(3, 45, {}), sequence(8, 35, {"multivariate": False}), sequence(2**31, 30, {"n_startup_trials": 4, "n_ei_candidates": 7})],
    "mixtures": [mixture(count) for count in (0, 1, 2, 24, 26, 31)],
    "splits": [split() for _ in range(12)],
    "pruners": list(pruner_cases()),
    "signedRank": [signed_rank() for _ in range(16)],
}
json.dump(golden, sys.stdout, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
print()
