import { OPCODES } from "./encoding/pickle-opcodes";
import { KNOWN } from "./known";
import { openPickle } from "./pickle-file";
import { isOldPickle } from "./pickle-sniff";
import type { TensorReader } from "./reader";

/** Python's own pickles, for the NumPy arrays in them. */
export const pickle: TensorReader = {
	...KNOWN.pickle,
	sniff(head) {
		const [proto, version = 0, next = 0] = head;
		return proto === 0x80 ? version >= 2 && version <= 5 && OPCODES.has(next) : isOldPickle(head);
	},
	open: openPickle,
};
