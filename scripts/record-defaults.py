"""Records what frameworks' normalizations start from, out of the packages themselves.

    pip download --no-deps -d wheels keras flax onnx protobuf
    python3 scripts/record-defaults.py wheels test/fixtures/norm-defaults.json

PyTorch and ONNX are asked (ONNX's wheel must fit the Python), Keras and Flax are read, as they need what is not
installed. test/core/norm-about.test.ts compares what src/core/norms/about.ts says with the record.
"""

import ast
import glob
import inspect
import json
import sys
import tempfile
import types
import zipfile

KERAS = {
    "keras/src/layers/normalization/batch_normalization.py": "BatchNormalization",
    "keras/src/layers/normalization/group_normalization.py": "GroupNormalization",
    "keras/src/layers/normalization/layer_normalization.py": "LayerNormalization",
    "keras/src/layers/normalization/rms_normalization.py": "RMSNormalization",
    "keras/src/layers/normalization/spectral_normalization.py": "SpectralNormalization",
    "keras/src/layers/normalization/unit_normalization.py": "UnitNormalization",
    "keras/src/layers/preprocessing/normalization.py": "Normalization",
}
FLAX = ["BatchNorm", "LayerNorm", "RMSNorm", "GroupNorm", "InstanceNorm", "SpectralNorm", "WeightNorm"]
TORCH = [
    "nn.BatchNorm1d",
    "nn.BatchNorm2d",
    "nn.LayerNorm",
    "nn.InstanceNorm1d",
    "nn.GroupNorm",
    "nn.RMSNorm",
    "nn.LocalResponseNorm",
    "nn.functional.normalize",
    "nn.utils.parametrizations.spectral_norm",
    "nn.utils.parametrizations.weight_norm",
]
ONNX = {
    "BatchNormalization": 15,
    "LayerNormalization": 17,
    "InstanceNormalization": 22,
    "GroupNormalization": 21,
    "RMSNormalization": 23,
    "LpNormalization": 22,
    "LRN": 13,
    "MeanVarianceNormalization": 13,
}


def literal(node):
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def class_in(source, name):
    return next(one for one in ast.parse(source).body if isinstance(one, ast.ClassDef) and one.name == name)


def arguments(source, name):
    """Defaults of a class's constructor."""
    body = class_in(source, name).body
    made = next(one for one in body if isinstance(one, ast.FunctionDef) and one.name == "__init__").args
    names = [one.arg for one in made.args][len(made.args) - len(made.defaults) :]
    return {key: literal(value) for key, value in zip(names, made.defaults)}


def fields(source, name):
    """Defaults of a dataclass's fields."""
    body = class_in(source, name).body
    return {one.target.id: literal(one.value) for one in body if isinstance(one, ast.AnnAssign) and one.value}


def plain(values):
    kept = (bool, int, float, str, list, tuple, type(None))
    return {key: value for key, value in values.items() if isinstance(value, kept)}


def torch_defaults():
    import torch

    found = {}
    for name in TORCH:
        one = torch
        for part in name.split("."):
            one = getattr(one, part, None)
        if one is None:
            continue
        parameters = inspect.signature(one).parameters.values()
        found[name] = plain({p.name: p.default for p in parameters if p.default is not p.empty})
    return torch.__version__, found


def onnx_defaults(folder):
    # Only the schemas are asked for: the whole package would want a newer NumPy than PyTorch may have beside it.
    package = types.ModuleType("onnx")
    package.__path__ = [f"{folder}/onnx"]
    sys.modules["onnx"] = package
    sys.path.insert(0, folder)
    from onnx.onnx_cpp2py_export import defs
    from onnx.onnx_ml_pb2 import AttributeProto

    # Numbers are float32 there.
    kinds = {1: lambda a: float(f"{a.f:.7g}"), 2: lambda a: a.i, 3: lambda a: a.s.decode(), 7: lambda a: list(a.ints)}
    found = {}
    for name, version in ONNX.items():
        found[f"{name}-{version}"] = {}
        for key, one in defs.get_schema(name, version, "").attributes.items():
            value = AttributeProto.FromString(one._default_value)
            if value.type in kinds:
                found[f"{name}-{version}"][key] = kinds[value.type](value)
    return found


def main():
    wheels, target = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        versions = {}
        for wheel in glob.glob(f"{wheels}/*.whl"):
            name, version = wheel.split("/")[-1].split("-")[:2]
            versions[name] = version
            zipfile.ZipFile(wheel).extractall(folder)

        def read(path):
            with open(f"{folder}/{path}", encoding="utf-8") as file:
                return file.read()

        flax = read("flax/linen/normalization.py")
        torch_version, torch = torch_defaults()
        onnx = onnx_defaults(folder)
        record = {
            "versions": {"pytorch": torch_version, **{name: versions[name] for name in ("keras", "flax", "onnx")}},
            "pytorch": torch,
            "keras": {f"layers.{name}": plain(arguments(read(path), name)) for path, name in KERAS.items()},
            "flax": {name: plain(fields(flax, name)) for name in FLAX},
            "onnx": onnx,
        }
    with open(target, "w", encoding="utf-8") as file:
        json.dump(record, file, indent="\t")
        file.write("\n")


main()
