"""Statistics in exact arithmetic: sums of fractions, rounded once, at the end, to the nearest float64."""

import math
from fractions import Fraction

import numpy as np


def root(square):
    """The square root of a Fraction as the nearest float64, ties to even; exact integers decide, no float does."""
    if square == 0:
        return 0.0
    numerator, denominator = square.numerator, square.denominator
    # Enough bits that float64's 53 and the one to round by are known; the last bit says whether anything is left.
    shift = max(0, 140 - numerator.bit_length() + denominator.bit_length())
    shift += shift % 2
    scaled, rest = divmod(numerator << shift, denominator)
    whole = math.isqrt(scaled)
    left = int(rest != 0 or whole * whole != scaled)
    return float(Fraction(2 * whole + left, 1 << (shift // 2 + 1)))


def plain(number):
    """A number as JSON holds it: integers past 2^53 as decimal strings, no negative zero."""
    if isinstance(number, int):
        return number if abs(number) <= 2**53 else str(number)
    return number + 0.0 if number == number and abs(number) != math.inf else word(number)


def word(number):
    """The text that stands for NaN or an infinity in JSON."""
    return "NaN" if number != number else "Infinity" if number > 0 else "-Infinity"


def values(array):
    """The elements in C order as Python numbers: int, float, or Fraction for finite long doubles."""
    flat = np.asarray(array).reshape(-1)
    if flat.dtype.kind == "b":
        return [int(x) for x in flat]
    if flat.dtype.kind == "f" and flat.dtype.itemsize > 8:
        return [Fraction(*x.as_integer_ratio()) if np.isfinite(x) else float(x) for x in flat]
    return flat.tolist()


def kind(x):
    """Which of the counts an element belongs to, or None."""
    if isinstance(x, float) and not math.isfinite(x):
        return "nan" if x != x else "posInf" if x > 0 else "negInf"
    return "zeros" if x == 0 else None


def statistics(numbers):
    """Counts, mean, population deviation, min and max of the finite numbers; None where there is none of them."""
    counts = {"nan": 0, "posInf": 0, "negInf": 0, "zeros": 0}
    finite = []
    for x in numbers:
        what = kind(x)
        if what:
            counts[what] += 1
        if what in (None, "zeros"):
            finite.append(x)
    result = {"count": len(finite), "mean": None, "std": None, "min": None, "max": None, **counts}
    if finite:
        exact = [Fraction(x) for x in finite]
        mean = sum(exact) / len(exact)
        result["mean"] = float(mean)
        result["std"] = root(sum((x - mean) ** 2 for x in exact) / len(exact))
        smallest, largest = min(finite), max(finite)
        if isinstance(smallest, Fraction):
            smallest, largest = float(smallest), float(largest)
        result["min"], result["max"] = plain(smallest), plain(largest)
    return result
