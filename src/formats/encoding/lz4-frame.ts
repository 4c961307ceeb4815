import { TensorError } from "../../core/errors";

const MAGIC = 0x184d2204;

/** Unpacks an LZ4 frame (lz4_Frame_format.md) that makes exactly `size` bytes; its checksums are left out. Throws `corrupt`. */
export function lz4Frame(bytes: Uint8Array, size: number): Uint8Array {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const out = new Uint8Array(size);
	if (bytes.length < 7 || view.getUint32(0, true) !== MAGIC) throw damaged("no header was found");
	const flags = view.getUint8(4);
	let at = 7 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0);
	let filled = 0;
	for (;;) {
		if (at + 4 > bytes.length) throw damaged("it ends early");
		const word = view.getUint32(at, true);
		at += 4;
		if (word === 0) break;
		const length = word & 0x7fffffff;
		if (at + length > bytes.length) throw damaged("it ends early");
		const block = bytes.subarray(at, at + length);
		if (word >>> 31) {
			if (filled + length > size) throw damaged(`it makes more than ${size} bytes`);
			out.set(block, filled);
			filled += length;
		} else filled = unpackBlock(block, out, filled);
		at += length + (flags & 16 ? 4 : 0);
	}
	if (filled !== size) throw damaged(`it makes ${filled} bytes, and ${size} were expected`);
	return out;
}

/** One block, whose copies may reach back into those before it; answers with where the output ends. */
function unpackBlock(block: Uint8Array, out: Uint8Array, start: number): number {
	let at = 0;
	let filled = start;
	const lengthOf = (nibble: number) => {
		let length = nibble;
		if (nibble < 15) return length;
		for (let more = 255; more === 255; length += more) {
			if (at >= block.length) throw damaged("it ends early");
			more = block[at++] as number;
		}
		return length;
	};
	while (at < block.length) {
		const token = block[at++] as number;
		const literals = lengthOf(token >> 4);
		if (at + literals > block.length || filled + literals > out.length) throw damaged("a run is too long");
		out.set(block.subarray(at, at + literals), filled);
		at += literals;
		filled += literals;
		if (at >= block.length) break;
		const back = (block[at] as number) | ((block[at + 1] ?? 0) << 8);
		at += 2;
		const length = lengthOf(token & 15) + 4;
		if (back === 0 || back > filled || filled + length > out.length) throw damaged("a copy leads out of it");
		if (back >= length) out.copyWithin(filled, filled - back, filled - back + length);
		else for (let k = 0; k < length; k++) out[filled + k] = out[filled + k - back] as number;
		filled += length;
	}
	return filled;
}

function damaged(why: string): TensorError {
	return new TensorError("corrupt", `The LZ4 data is damaged: ${why}; write or copy the file again.`);
}
