#!/usr/bin/env python3
"""Records .npy and .npz files of every kind that NumPy writes, with their truth, as test/fixtures/numpy/.

    apt-get install python3-numpy
    /usr/bin/python3 scripts/record-numpy.py [target folder]     (on x86-64, for its 80-bit long doubles)

truth.json has one record for each file: `status` ok or error (then `expectError`), and `tensors` with name, dtype (NumPy's
spelling), shape, `count` (all elements), `nan`, `posInf`, `negInf`, `min`, `max`, `mean`, `std` and `first8` in C order.
Statistics are exact and over finite values, null where there is none. Complex arrays have them for `real` and `imag`;
`numeric: false` has none; `as` says what opaque bytes mean when they are read as a dtype of safetensors.
`tensorErrors` are members that fail alone; with `mayRefuse` a reader may also refuse the file, with a reason.
"""

import io
import json
import os
import struct
import sys
import zipfile
from fractions import Fraction

import numpy as np
from numpy.lib import format as npy

from exact_statistics import kind, plain, statistics, values, word

EPOCH = (1980, 1, 1, 0, 0, 0)


def shown(x):
    """One element as JSON holds it, in first8."""
    if isinstance(x, complex):
        return [shown(x.real), shown(x.imag)]
    if isinstance(x, Fraction):
        x = float(x)
    if kind(x) == "zeros":
        return x  # with its sign, which plain() would drop
    return word(x) if kind(x) in ("nan", "posInf", "negInf") else plain(x)


def numbers(array):
    """The statistics of a real array, in the words of truth.json; `count` is not among them."""
    exact = statistics(values(array))
    return {field: exact[field] for field in ("nan", "posInf", "negInf", "min", "max", "mean", "std")}


def describe(array, name=""):
    """The truth about one array."""
    array = np.asarray(array)
    truth = {"name": name, "dtype": array.dtype.str, "shape": list(array.shape), "count": array.size}
    flat = array.reshape(-1)
    if array.dtype.kind == "c":
        return {**truth, "first8": [shown(complex(x)) for x in flat[:8]], "real": numbers(flat.real), "imag": numbers(flat.imag)}
    if array.dtype.kind in "biuf":
        return {**truth, "first8": [shown(x) for x in values(flat[:8])], **numbers(flat)}
    return {**truth, "numeric": False, "first8": [str(x) for x in flat[:8]]}


def real_values(dtype, shape, random):
    """Numbers that use the range of a dtype: its ends, and for floats every special value."""
    size = int(np.prod(shape))
    if dtype.kind == "b":
        return (random.random(size) < 0.5).reshape(shape)
    if dtype.kind in "iu":
        ends = np.iinfo(dtype)
        array = random.integers(ends.min, ends.max, size, dtype=dtype.newbyteorder("="), endpoint=True)
        array[:3] = [ends.min, ends.max, 1]
        return array.astype(dtype).reshape(shape)
    array = random.standard_normal(size)
    ends = np.finfo(dtype)
    array = array.astype(dtype)
    with np.errstate(all="ignore"):
        array[1:8] = [np.nan, np.inf, -np.inf, -0.0, ends.smallest_subnormal, 1024, 0]
    return array.reshape(shape)


def any_values(dtype, shape, random):
    """As `real_values`, with real and imaginary parts of their own for complex dtypes."""
    dtype = np.dtype(dtype)
    if dtype.kind != "c":
        return real_values(dtype, shape, random)
    part = np.dtype(f"{dtype.str[0]}f{dtype.itemsize // 2}")
    array = np.empty(shape, dtype)
    array.real, array.imag = real_values(part, shape, random), real_values(part, shape, random)[..., ::-1]
    return array


def encoded(array, version=None, **options):
    """The bytes of an .npy file."""
    buffer = io.BytesIO()
    npy.write_array(buffer, array, version=version, **options)
    return buffer.getvalue()


def by_hand(header, data, align=16):
    """The bytes of a version 1.0 file with a header as it is given, padded as old NumPy did."""
    text = header.encode("latin1")
    text += b" " * (-(len(text) + 11) % align) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def bfloat16(array):
    """The upper halves of float32 values that need no rounding, as opaque two-byte elements."""
    bits = np.asarray(array, "<f4").view("<u4")
    assert not (bits & 0xFFFF).any(), "values must be exact in bfloat16"
    return (bits >> 16).astype("<u2").view("V2")


def refused(code, why):
    """The truth about a file that opens no tensor."""
    return {"status": "error", "expectError": {"code": code, "why": why}}


def arrays(random):
    """Name, bytes and truth of every .npy file."""
    ok = lambda array: {"status": "ok", "tensors": [describe(array)]}
    perhaps = lambda array: {**ok(array), "mayRefuse": "E_UNSUPPORTED_DTYPE"}

    for code in ("b1", "i1", "u1"):
        array = any_values(code, (2, 3, 4), random)
        yield f"{code}.npy", encoded(array), ok(array)
    for code in ("i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"):
        for order, mark in (("little", "<"), ("big", ">")):
            array = any_values(mark + code, (2, 3, 4), random)
            yield f"{code}-{order}.npy", encoded(array), ok(array)
    for code in ("<f4", ">f8", "<i2", "<c8", "|b1"):
        array = np.asfortranarray(any_values(code, (2, 3, 4), random))
        yield f"fortran-{code[1:]}.npy", encoded(array), ok(array)
    array = np.asfortranarray(any_values("<f4", (3, 1, 4, 1), random))
    yield "fortran-ones.npy", encoded(array), ok(array)
    for version in ((1, 0), (2, 0), (3, 0)):
        array = any_values("<f4", (3, 4), random)
        yield f"version-{version[0]}.npy", encoded(array, version), ok(array)

    for code, value in (("<f8", -2.5), (">i4", 7), ("|b1", True), ("<c8", 1 - 2j)):
        array = np.array(value, code)
        yield f"scalar-{code[1:]}.npy", encoded(array), ok(array)
    for shape in ((0,), (3, 0, 2), (0, 0)):
        array = np.zeros(shape, "<f4")
        yield f"empty-{'x'.join(map(str, shape))}.npy", encoded(array), ok(array)
    array = any_values("<f8", (9,), random)
    yield "one-axis.npy", encoded(array), ok(array)
    array = any_values("<i2", (2, 1, 2, 1, 2, 1, 2, 1), random)
    yield "eight-axes.npy", encoded(array), ok(array)

    array = np.arange(20, dtype="<f4").reshape(10, 2)
    data = array.tobytes()
    yield "python2-shape.npy", by_hand("{'descr': '<f4', 'fortran_order': False, 'shape': (10L, 2L), }", data), ok(array)
    yield "unusual-header.npy", by_hand('{"shape":(10,2),"fortran_order":False,\t"descr":"<f4"}', data), ok(array)
    yield "unaligned-header.npy", by_hand("{'descr': '<f4', 'fortran_order': False, 'shape': (10, 2)}", data, 1), ok(array)
    yield "native-mark.npy", by_hand("{'descr': '=f4', 'fortran_order': False, 'shape': (10, 2), }", data), ok(array)
    yield "two-arrays.npy", encoded(array) + encoded(array + 1), {**ok(array), "warning": "bytes after the array: np.save was called twice on one file"}

    exact = np.array([[1, -2.5, 0], [3.140625, 2.0**100, -(2.0**-126)]], "<f4")
    special = np.array([np.nan, np.inf, -np.inf, 1.5], "<f4")
    for name, values_, mark in (("bfloat16-v2.npy", exact, "|V2"), ("bfloat16-ml-dtypes.npy", exact, "<V2"), ("bfloat16-special.npy", special, "|V2")):
        header = f"{{'descr': '{mark}', 'fortran_order': False, 'shape': {values_.shape}, }}"
        truth = {"name": "", "dtype": mark, "shape": list(values_.shape), "count": values_.size, "numeric": False}
        truth["as"] = {"bf16": {key: value for key, value in describe(values_).items() if key not in ("name", "dtype", "shape")}}
        yield name, by_hand(header, bfloat16(values_).tobytes(), 64), {"status": "ok", "tensors": [truth]}
    small = np.array([1, -2, 0.5, 0, 57344, 2.0**-16, 3, -0.25], "<f2")
    truth = {"name": "", "dtype": "<f1", "shape": [8], "count": 8, "numeric": False}
    truth["as"] = {"f8_e5m2": {key: value for key, value in describe(small).items() if key not in ("name", "dtype", "shape")}}
    yield "float8-e5m2-ml-dtypes.npy", by_hand("{'descr': '<f1', 'fortran_order': False, 'shape': (8,), }",
        (small.view("<u2") >> 8).astype("u1").tobytes(), 64), {"status": "ok", "mayRefuse": "E_UNSUPPORTED_DTYPE", "tensors": [truth]}

    array = any_values("<f8", (3, 4), random).astype("<f16")
    array[0, 0] = np.longdouble(1) / 3
    array.view("u1").reshape(-1, 16)[:, 10:] = 0  # the padding is whatever memory held
    yield "f16-long-double.npy", encoded(array), perhaps(array)
    array = np.array(["2024-02-29T12:00", "1969-12-31T23:59:59", "NaT"], "<M8[s]")
    yield "datetime64.npy", encoded(array), perhaps(array)
    array = np.array([1, -5, 86400], "<m8[ms]")
    yield "timedelta64.npy", encoded(array), perhaps(array)
    array = np.array([["Wärme", "σ"], ["", "𝛾 and β"]], "<U7")
    yield "unicode.npy", encoded(array), perhaps(array)
    array = np.array([b"ab", b"c"], "S3")
    yield "bytes.npy", encoded(array), {**perhaps(array), "tensors": [{**describe(array), "first8": ["ab", "c"]}]}

    array = np.zeros(5, [("loss", "<f4"), ("step", "<i8"), ("rgb", "u1", (3,)), ("inner", [("größe", ">f8"), ("b", "?")])])
    array["loss"], array["step"], array["inner"]["größe"] = random.standard_normal(5), np.arange(5), np.pi
    fields = [describe(array["loss"], "loss"), describe(array["step"], "step"), describe(array["rgb"], "rgb"),
        describe(array["inner"]["größe"], "inner.größe"), describe(array["inner"]["b"], "inner.b")]
    yield "structured.npy", encoded(array, (3, 0)), {**refused("E_UNSUPPORTED_DTYPE", "a structured dtype of shape (5,): several fields in one element"), "fields": fields}
    array = np.array([1, 2, 3], object)
    yield "object.npy", encoded(array, allow_pickle=True), refused("E_OBJECT_DTYPE", "dtype object (pickled data) of shape (3,): show the header only, never unpickle")


def member(archive, name, data, compression, force=False):
    """Adds one member with a fixed date."""
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = compression
    with archive.open(info, "w", force_zip64=force) as file:
        file.write(data)


def archived(members, compression=zipfile.ZIP_STORED, force=False, target=None, comment=b""):
    """The bytes of a zip with these members; a target that cannot seek makes zipfile write data descriptors."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(target(buffer) if target else buffer, "w", allowZip64=True) as archive:
        for name, data in members.items():
            member(archive, name, data, compression, force)
        archive.comment = comment
    return buffer.getvalue()


class Stream:
    """A target that can only be written to, like a socket or a pipe."""

    def __init__(self, buffer):
        self.buffer = buffer

    def write(self, data):
        return self.buffer.write(data)

    def flush(self):
        pass


def archives(random):
    """Name, bytes and truth of every .npz file."""
    tensors = {
        "weight": any_values("<f4", (4, 3), random), "fortran": np.asfortranarray(any_values("<f8", (3, 5), random)),
        "big_endian": any_values(">i4", (6,), random), "scalar": np.array(0.25), "empty": np.zeros((0, 4), "<f4"),
    }
    files = {f"{name}.npy": encoded(array) for name, array in tensors.items()}
    truth = {"status": "ok", "tensors": [describe(array, name) for name, array in tensors.items()]}

    for name, save in (("stored", np.savez), ("deflated", np.savez_compressed)):
        buffer = io.BytesIO()
        save(buffer, **tensors)
        yield f"{name}.npz", buffer.getvalue(), truth
    yield "zip64-local.npz", archived(files, force=True), truth
    limit, zipfile.ZIP64_LIMIT = zipfile.ZIP64_LIMIT, 16
    try:
        whole = archived(files, zipfile.ZIP_DEFLATED, force=True)
    finally:
        zipfile.ZIP64_LIMIT = limit
    assert b"PK\x06\x06" in whole, "no zip64 end of central directory"
    yield "zip64-everywhere.npz", whole, truth
    yield "streamed.npz", archived(files, zipfile.ZIP_DEFLATED, target=Stream), truth
    yield "commented.npz", archived(files, comment="Größe: klein".encode()), truth
    tricky = {**truth, "mayRefuse": "E_ZIP", "warning": "the comment holds the mark of the end record; unzip reads it, NumPy does not"}
    yield "comment-with-mark.npz", archived(files, comment=b"a comment with PK\x05\x06 in it"), tricky
    yield "no-members.npz", archived({}), {"status": "ok", "tensors": []}

    nested = {"a/b": any_values("<f4", (3, 3), random), "blocks.0/attn/weight": any_values("<f2", (8,), random), "größe": np.arange(3, dtype="<u2")}
    data = {f"{name}.npy": encoded(array) for name, array in nested.items()}
    yield "nested-names.npz", archived(data, zipfile.ZIP_DEFLATED), {"status": "ok", "tensors": [describe(array, name) for name, array in nested.items()]}
    mixed = {"good.npy": encoded(nested["a/b"]), "list.npy": encoded(np.array([1, 2, 3], object), allow_pickle=True), "notes.txt": b"not an array",
        "cut.npy": encoded(nested["a/b"])[:-4], "last.npy": encoded(nested["größe"])}
    yield "one-bad-member.npz", archived(mixed), {"status": "ok", "tensors": [describe(nested["a/b"], "good"), describe(nested["größe"], "last")],
        "tensorErrors": [
            {"name": "list", "code": "E_OBJECT_DTYPE", "why": "dtype object (pickled data) of shape (3,)"},
            {"name": "cut", "code": "E_TRUNCATED", "why": "36 bytes of data are needed and 32 are there"}],
        "otherMembers": ["notes.txt"]}


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "test", "fixtures", "numpy")
    os.makedirs(folder, exist_ok=True)
    random = np.random.Generator(np.random.PCG64(5))
    records = []
    for make, label in ((arrays, "npy"), (archives, "npz")):
        for name, data, truth in make(random):
            with open(f"{folder}/{name}", "wb") as file:
                file.write(data)
            records.append({"file": name, "format": label, **truth})
    with open(f"{folder}/truth.json", "w", encoding="utf-8", newline="\n") as file:
        lines = ",\n".join(json.dumps(one, allow_nan=False, ensure_ascii=False) for one in records)
        file.write(f"[\n{lines}\n]\n")
    with open(f"{folder}/SOURCES.md", "w", encoding="utf-8", newline="\n") as file:
        file.write(f"Generated by `scripts/record-numpy.py` with NumPy {np.__version__}; random numbers, no data of others.\n"
            "`object.npy` and a member of `one-bad-member.npz` hold a pickled list of three integers, which nothing has to unpickle.\n")
    print(f"{len(records)} files")


if __name__ == "__main__":
    main()
