"""Writes the parts of ONNX's protobuf files (onnx.proto3) that backend tests are made of."""

import struct

import numpy as np

ELEMENT_TYPES = {"float32": 1, "int64": 7, "float16": 10, "float64": 11}


def varint(value):
    value &= 2**64 - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def number(field, value):
    return varint(8 * field) + varint(int(value))


def message(field, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(8 * field + 2) + varint(len(content)) + content


def tensor(array, name=""):
    """A TensorProto."""
    array = np.asarray(array)
    dims = b"".join(number(1, size) for size in array.shape)
    raw = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<")).tobytes()
    return dims + number(2, ELEMENT_TYPES[array.dtype.name]) + message(8, name) + message(9, raw)


def attribute(name, value):
    """An AttributeProto; its kind follows from the value's."""
    if isinstance(value, np.ndarray):
        return message(1, name) + message(5, tensor(value)) + number(20, 4)
    if isinstance(value, float):
        return message(1, name) + varint(8 * 2 + 5) + struct.pack("<f", value) + number(20, 1)
    if isinstance(value, int):
        return message(1, name) + number(3, value) + number(20, 2)
    if all(isinstance(each, int) for each in value):
        return message(1, name) + b"".join(number(8, each) for each in value) + number(20, 7)
    floats = b"".join(struct.pack("<f", each) for each in value)
    return message(1, name) + message(7, floats) + number(20, 6)


def node(operator, inputs, outputs, **attributes):
    """A NodeProto."""
    names = b"".join(message(1, each) for each in inputs) + b"".join(message(2, each) for each in outputs)
    return names + message(4, operator) + b"".join(message(5, attribute(*each)) for each in attributes.items())


def value_info(name, array):
    dims = b"".join(message(1, number(1, size)) for size in array.shape)
    of_tensor = number(1, ELEMENT_TYPES[array.dtype.name]) + message(2, dims)
    return message(1, name) + message(2, message(1, of_tensor))


def model(nodes, inputs, outputs, opset, initializers=None):
    """A ModelProto; inputs and outputs are arrays by name, in the order of the graph."""
    graph = b"".join(message(1, each) for each in nodes) + message(2, "a normalization")
    graph += b"".join(message(5, tensor(array, name)) for name, array in (initializers or {}).items())
    graph += b"".join(message(11, value_info(*each)) for each in inputs.items())
    graph += b"".join(message(12, value_info(*each)) for each in outputs.items())
    return number(1, 8) + message(2, "scripts/record-onnx.py") + message(7, graph) + message(8, message(1, "") + number(2, opset))
