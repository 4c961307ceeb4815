import { TensorError } from "../../core/errors";

/**
 * Unpacks bzip2 data that is in memory: one stream, or several in a row, each checked by its own checksums. Throws `corrupt`
 * where it is damaged, ends early or makes more than `most` bytes.
 */
export async function bunzip2(bytes: Uint8Array, most: number): Promise<Uint8Array> {
	const { default: bzip2 } = await import("seek-bzip");
	let at = 0;
	const readByte = () => bytes[at++] ?? refuse("The bzip2 data ends early.");
	const input = {
		readByte,
		read(into: Uint8Array, offset: number, length: number) {
			for (let k = 0; k < length; k++) into[offset + k] = readByte();
			return length;
		},
	};
	// A few bytes may claim gigabytes: room is made as it is needed.
	let out = new Uint8Array(Math.min(most, Math.max(START_BYTES, 4 * bytes.length)));
	let size = 0;
	const output = {
		writeByte(byte: number) {
			if (size === out.length) {
				if (size === most) refuse(`The bzip2 data makes more than the ${most} bytes that were expected.`);
				const more = new Uint8Array(Math.min(most, 2 * size));
				more.set(out);
				out = more;
			}
			out[size++] = byte;
		},
	};
	try {
		do bzip2.decode(input, output);
		while (at < bytes.length);
	} catch (thrown) {
		if (thrown instanceof TensorError) throw thrown;
		const why = thrown instanceof Error ? thrown.message : String(thrown);
		refuse(`The bzip2 data is damaged (${why}).`);
	}
	return out.subarray(0, size);
}

const START_BYTES = 2 ** 16;

function refuse(sentence: string): never {
	throw new TensorError("corrupt", sentence);
}
