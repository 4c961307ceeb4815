import { deflateRawSync } from "node:zlib";
import { crc32 } from "../../src/formats/encoding/crc32";

/** Bytes of texts and byte lists in a row. */
export function join(...parts: readonly (string | Uint8Array | readonly number[])[]): Uint8Array {
	const encoder = new TextEncoder();
	return new Uint8Array(
		Buffer.concat(parts.map((part) => (typeof part === "string" ? encoder.encode(part) : Uint8Array.from(part)))),
	);
}

/** A little-endian integer of some bytes. */
export function int(width: number, value: number | bigint): Uint8Array {
	const bytes = new Uint8Array(width);
	for (let k = 0, rest = BigInt(value); k < width; k++, rest >>= 8n) bytes[k] = Number(rest & 255n);
	return bytes;
}

export interface NpyParts {
	readonly descr?: string;
	readonly fortran?: string;
	readonly shape?: string;
	/** The whole header's text, in place of the three. */
	readonly header?: string;
	readonly version?: readonly [number, number];
	/** The header's length as declared. */
	readonly length?: number;
	readonly data?: Uint8Array;
}

/** A .npy file; parts that are left out are those of two float32 in a row. */
export function npyFile(parts: NpyParts = {}): Uint8Array {
	const { descr = "'<f4'", fortran = "False", shape = "(2,)", version = [1, 0], data = new Uint8Array(8) } = parts;
	const header = parts.header ?? `{'descr': ${descr}, 'fortran_order': ${fortran}, 'shape': ${shape}, }\n`;
	const width = version[0] === 1 ? 2 : 4;
	const text = new TextEncoder().encode(header);
	return join([0x93], "NUMPY", version, int(width, parts.length ?? text.length), text, data);
}

/** A .safetensors file of a header, as text or as JSON, and data. */
export function safetensorsFile(
	header: unknown,
	data: Uint8Array = new Uint8Array(0),
	length?: number | bigint,
): Uint8Array {
	const text = join(typeof header === "string" ? header : JSON.stringify(header));
	return join(int(8, length ?? text.length), text, data);
}

export interface ZipMember {
	readonly name: string;
	readonly data: Uint8Array;
	readonly deflate?: boolean;
	/** What the archive says in place of the truth. */
	readonly crc?: number;
	readonly size?: number;
	readonly compressedSize?: number;
	readonly method?: number;
	readonly flags?: number;
	readonly localName?: string;
	readonly offset?: number;
	/** The compressed bytes, in place of the right ones. */
	readonly stored?: Uint8Array;
}

export interface ZipEnd {
	readonly count?: number;
	readonly directorySize?: number;
	readonly directoryOffset?: number;
	readonly comment?: string;
	readonly commentLength?: number;
	readonly trailing?: string;
}

/** A zip archive, written apart from the product's own writer so that it can lie. */
export function zipFile(members: readonly ZipMember[], end: ZipEnd = {}): Uint8Array {
	const locals: Uint8Array[] = [];
	const central: Uint8Array[] = [];
	let offset = 0;
	for (const member of members) {
		const bytes = member.stored ?? (member.deflate ? deflateRawSync(member.data) : member.data);
		const method = member.method ?? (member.deflate ? 8 : 0);
		const facts = join(
			int(2, member.flags ?? 0),
			int(2, method),
			int(4, 0),
			int(4, member.crc ?? crc32(member.data)),
			int(4, member.compressedSize ?? bytes.length),
			int(4, member.size ?? member.data.length),
		);
		const name = join(member.name);
		const localName = join(member.localName ?? member.name);
		const local = join(int(4, 0x04034b50), int(2, 20), facts, int(2, localName.length), int(2, 0), localName, bytes);
		central.push(
			join(
				int(4, 0x02014b50),
				int(2, 20),
				int(2, 20),
				facts,
				int(2, name.length),
				new Uint8Array(12),
				int(4, member.offset ?? offset),
				name,
			),
		);
		locals.push(local);
		offset += local.length;
	}
	const directory = join(...central);
	const comment = join(end.comment ?? "");
	return join(
		...locals,
		directory,
		int(4, 0x06054b50),
		int(4, 0),
		int(2, end.count ?? members.length),
		int(2, end.count ?? members.length),
		int(4, end.directorySize ?? directory.length),
		int(4, end.directoryOffset ?? offset),
		int(2, end.commentLength ?? comment.length),
		comment,
		end.trailing ?? "",
	);
}
