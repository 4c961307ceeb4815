import { OPCODES } from "./encoding/pickle-opcodes";
import { KNOWN } from "./known";
import { openPickle } from "./pickle-file";
import type { TensorReader } from "./reader";

/** Python's own pickles, for the NumPy arrays in them. */
export const pickle: TensorReader = {
	...KNOWN.pickle,
	sniff: ([proto, version = 0, next = 0]) => proto === 0x80 && version >= 2 && version <= 5 && OPCODES.has(next),
	open: openPickle,
};
