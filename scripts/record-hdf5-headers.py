"""Writes test/fixtures/hdf5/headers-v*.h5 with h5py: object headers whose datatype stands behind a continuation, or in the oldest way of sharing.

python3 scripts/record-hdf5-headers.py   (Debian's python3-h5py)
"""

import struct
from pathlib import Path

import h5py
import numpy as np

FOLDER = Path("test/fixtures/hdf5")
DATATYPE, CONTINUATION, NOTHING = 3, 16, 0
ONES = (1,) * 7


def messages(data, address):
    """Type, flags and bytes of every message of an object, with the number of its block, in a file of addresses of eight bytes."""
    is_new = data[address : address + 4] == b"OHDR"
    if is_new:
        flags = data[address + 5]
        at = address + 6 + (16 if flags & 32 else 0) + (4 if flags & 16 else 0)
        width = 1 << (flags & 3)
        blocks = [(at + width, int.from_bytes(data[at : at + width], "little"))]
        head = 6 if flags & 4 else 4
    else:
        blocks = [(address + 16, struct.unpack_from("<I", data, address + 8)[0])]
        head = 8
    for number, (start, size) in enumerate(blocks):
        at = start
        while at + head <= start + size:
            kind, length, flags = struct.unpack_from("<BHB" if is_new else "<HHB", data, at)
            body = data[at + head : at + head + length]
            if kind == CONTINUATION:
                next_at, next_size = struct.unpack_from("<QQ", body)
                blocks.append((next_at + 4, next_size - 8) if is_new else (next_at, next_size))
            yield number, kind, flags, body
            at += head + length


def address_of(item):
    return h5py.h5o.get_info(item.id).addr


def is_continued(path, name):
    """Whether a dataset's datatype stands in a continuation block."""
    with h5py.File(path) as file:
        address = address_of(file[name])
    return [number for number, kind, _, _ in messages(path.read_bytes(), address) if kind == DATATYPE] == [1]


def continued(file, name, dtype, **options):
    """A first block without room: for the continuation the library moves the datatype, the smallest message that makes enough."""
    made = file.create_dataset(name, data=np.array([1, -2, 0.5, 3.25]).astype(dtype).reshape(4, *ONES), chunks=(2, *ONES), **options)
    made.attrs["attribute"] = np.arange(4)


def share_as_before(path, name, target):
    """Rewrites an object's header as HDF5 before 1.6 shared datatypes: by a name that is not used, and an address behind it."""
    with h5py.File(path) as file:
        address, shared = address_of(file[name]), address_of(file[target])
    data = bytearray(path.read_bytes())
    found = [(kind, flags, body) for _, kind, flags, body in messages(bytes(data), address) if kind != NOTHING]
    packed = b""
    for kind, flags, body in found:
        if kind == DATATYPE:
            body = struct.pack("<BB6xQQ", 1, 0, 0, shared)
        packed += struct.pack("<HHB3x", kind, len(body), flags) + body
    end = len(data)
    data += struct.pack("<BBHII4x", 1, 0, len(found), 1, len(packed)) + packed
    # The group's entry, and the end of the file in the superblock.
    data = data.replace(struct.pack("<Q", address), struct.pack("<Q", end))
    assert struct.unpack_from("<Q", data, 40)[0] == end
    struct.pack_into("<Q", data, 40, len(data))
    path.write_bytes(data)
    with h5py.File(path) as file:
        assert file[name][()].tolist() == [1, -2, 0.5, 3.25]


def main():
    path = FOLDER / "headers-v1.h5"
    with h5py.File(path, "w", libver=("earliest", "v108")) as file:
        continued(file, "half", "<f2")
        continued(file, "integer", "<i4")
        file["named"] = np.dtype("<f2")
        file.create_dataset("committed", data=np.array([1, -2, 0.5, 3.25], "<f2"), dtype=file["named"])
    assert is_continued(path, "half") and is_continued(path, "integer")
    share_as_before(path, "committed", "named")
    path = FOLDER / "headers-v2.h5"
    with h5py.File(path, "w", libver="latest") as file:
        continued(file, "half", "<f2", maxshape=(None,) * 8, compression="gzip")
    assert is_continued(path, "half")


main()
