#!/usr/bin/env python3
"""What NumPy and PyTorch give for the cases of docs/accuracy.md; `npm run accuracy` calls it.

    /usr/bin/python3 scripts/record-accuracy.py FOLDER

Reads FOLDER/cases.json and FOLDER/<kind>-<dtype>.npy; writes FOLDER/<key>.numpy.npy and FOLDER/<key>.torch.npy, and
says on stdout which cases each of them could do. NumPy's are the formulas as they are usually written, in the type of
the data; PyTorch's are its functions of that name.
"""

import json
import os
import sys

import numpy as np
import torch
from torch.nn import functional as F


def standardize(x, axes, eps):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + x.dtype.type(eps))


def grouped(x, groups, eps):
    return standardize(x.reshape(x.shape[0], groups, -1), 2, eps).reshape(x.shape)


NUMPY = {
    "batchNorm": lambda x, o: standardize(x, (0, 2, 3), o["eps"]),
    "layerNorm": lambda x, o: standardize(x, (1, 2, 3), o["eps"]),
    "instanceNorm": lambda x, o: standardize(x, (2, 3), o["eps"]),
    "groupNorm": lambda x, o: grouped(x, o["groups"], o["eps"]),
    "cells": lambda x, o: standardize(x, (0, 1), o["eps"]),
}

TORCH = {
    "batchNorm": lambda x, o: F.batch_norm(x, None, None, training=True, eps=o["eps"]),
    "layerNorm": lambda x, o: F.layer_norm(x, x.shape[1:], eps=o["eps"]),
    "instanceNorm": lambda x, o: F.instance_norm(x, eps=o["eps"]),
    "groupNorm": lambda x, o: F.group_norm(x, o["groups"], eps=o["eps"]),
}


def main():
    folder = sys.argv[1]
    torch.set_num_threads(1)
    np.seterr(all="ignore")
    with open(os.path.join(folder, "cases.json"), encoding="utf-8") as file:
        cases = json.load(file)
    done = {"numpy": [], "torch": []}
    for case in cases:
        x = np.load(os.path.join(folder, f"{case['kind']}-{case['dtype']}.npy"))
        for who, table, array in (("numpy", NUMPY, x), ("torch", TORCH, torch.from_numpy(x))):
            if case["id"] not in table:
                continue
            y = np.asarray(table[case["id"]](array, case["options"]))
            assert y.dtype == x.dtype and y.shape == x.shape, (case["key"], y.dtype, y.shape)
            np.save(os.path.join(folder, f"{case['key']}.{who}.npy"), y)
            done[who].append(case["key"])
    print(json.dumps({"numpy": np.__version__, "torch": torch.__version__, "done": done}))


if __name__ == "__main__":
    main()
