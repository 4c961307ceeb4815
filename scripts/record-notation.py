"""Runs the code that the panel offers to copy, and records what it makes.

    python3 scripts/record-notation.py test/fixtures/notation/code.json

The file is a list of runs: the module the code is for ("numpy" or "torch"), the shape of x, the code. It is
written anew with y, the code's result, beside each. With "-" the runs come from the standard input and go to
the standard output. test/webview/notation/code.test.ts makes the runs and compares.
"""

import json
import sys

import numpy as np


def values(shape):
    """The values of x: the same as in the test, and exact."""
    count = int(np.prod(shape, dtype=np.int64))
    return ((np.arange(count) * 37 + 11) % 101 / 8 - 6).reshape(shape)


def run(case):
    x = values(case["shape"])
    scope = {"np": np, "x": x}
    if case["module"] == "torch":
        import torch

        scope = {"x": torch.from_numpy(x)}
    exec(case["code"], scope)
    y = np.asarray(scope["y"])
    assert y.shape == x.shape, (case["code"], y.shape)
    return {**case, "y": [float(f"{value:.13g}") for value in y.ravel()]}


def main():
    (place,) = sys.argv[1:]
    text = sys.stdin.read() if place == "-" else open(place, encoding="utf-8").read()
    recorded = [run(case) for case in json.loads(text)]
    lines = "[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in recorded) + "\n]\n"
    if place == "-":
        sys.stdout.write(lines)
    else:
        with open(place, "w", encoding="utf-8", newline="\n") as file:
            file.write(lines)


main()
