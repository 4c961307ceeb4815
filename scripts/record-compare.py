"""Records what NumPy and PyTorch say of pairs of arrays: test/fixtures/compare/pairs.json.

Values are written as the bytes of little-endian arrays in hexadecimal. Run with NumPy and PyTorch installed:
    python3 scripts/record-compare.py
"""

import json
import pathlib
import warnings

import numpy as np
import torch

OUT = pathlib.Path(__file__).parent.parent / "test/fixtures/compare/pairs.json"
warnings.simplefilter("ignore")
random = np.random.default_rng(7)

TYPES = {
    "f16": (np.float16, torch.float16, np.int16),
    "bf16": (None, torch.bfloat16, np.int16),
    "f32": (np.float32, torch.float32, np.int32),
    "f64": (np.float64, torch.float64, np.int64),
    "i32": (np.int32, torch.int32, None),
    "i64": (np.int64, torch.int64, None),
    "c64": (np.complex64, torch.complex64, None),
    "c128": (np.complex128, torch.complex128, None),
}


def steps(a, b, integer):
    """ULP distance by the integer view, ordered as the numbers are."""

    def ordinal(x):
        bits = x.contiguous().view({np.int16: torch.int16, np.int32: torch.int32, np.int64: torch.int64}[integer])
        lowest = -(2 ** (8 * np.dtype(integer).itemsize - 1))
        return [int(k) if k >= 0 else lowest - int(k) for k in bits.flatten().tolist()]

    return [abs(p - q) for p, q in zip(ordinal(a), ordinal(b))]


def case(dtype, relative):
    numpy_type, torch_type, integer = TYPES[dtype]
    count = 200
    values = random.standard_normal(count) * 10.0 ** random.integers(-6, 4, count)
    if dtype.startswith("c"):
        values = values + 1j * random.standard_normal(count)
    if integer is None and dtype.startswith("i"):
        a = torch.from_numpy(random.integers(-(2**30), 2**30, count)).to(torch_type)
        if dtype == "i64":
            a = a * 2**32 + 1
        b = a.clone()
        b[::17] += 1
    else:
        a = torch.from_numpy(values).to(torch_type)
        b = torch.from_numpy(values * (1 + relative * random.standard_normal(count))).to(torch_type)
        b[5], a[6], a[7], b[7] = (float(x) for x in ("nan", "inf", "nan", "nan"))
        # NumPy before 2 makes NaN of complex infinities on the way.
        if not dtype.startswith("c"):
            a[8] = b[8] = float("inf")
        a[9], b[9], b[10] = 0.0, -0.0, float("-inf")
    try:
        torch.testing.assert_close(a, b)
        torch_says = True
    except AssertionError:
        torch_says = False
    from torch.testing._comparison import default_tolerances

    rtol, atol = default_tolerances(a, b)
    failing_torch = int((~torch.isclose(a, b, rtol=rtol, atol=atol)).sum())
    # NumPy has no bfloat16: its verdict is of the same numbers in float64.
    x, y = (t.to(torch.float64).numpy() if numpy_type is None else t.numpy() for t in (a, b))
    wide = np.complex128 if dtype.startswith("c") else np.float64
    finite = np.isfinite(x) & np.isfinite(y)
    parts = np.isfinite(x.view(x.real.dtype)) & np.isfinite(y.view(y.real.dtype))
    p, q = x.view(x.real.dtype)[parts].astype(np.float64), y.view(y.real.dtype)[parts].astype(np.float64)
    record = {
        "dtype": dtype,
        "a": a.view(torch.uint8).numpy().tobytes().hex(),
        "b": b.view(torch.uint8).numpy().tobytes().hex(),
        "numpy": {"allclose": bool(np.allclose(x, y)), "failing": int((~np.isclose(x, y)).sum())},
        "torch": {"close": torch_says, "rtol": rtol, "atol": atol, "failing": failing_torch},
        "cosine": float(np.dot(p, q) / (np.linalg.norm(p) * np.linalg.norm(q))),
        # Integers are subtracted before they are rounded.
        "rmse": float(np.sqrt(np.mean(((x - y).astype(wide) if dtype[0] == "i" else p - q) ** 2))),
    }
    if integer is not None:
        far = [s for s, keep in zip(steps(a, b, integer), finite) if keep]
        # As text: a JSON number past 2**53 would not read back as written.
        record["ulp"] = {"max": str(max(far)), "zero": sum(s == 0 for s in far), "one": sum(s == 1 for s in far)}
    return record


cases = [case(dtype, relative) for dtype in TYPES for relative in (1e-8, 1e-5, 1e-3)]
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(json.dumps(cases, indent="\t") + "\n")
print(f"{len(cases)} pairs, NumPy {np.__version__}, PyTorch {torch.__version__}")
