import { int, join } from "./build";
import { bytes, number, packed, varint } from "./protobuf-build";

/** A LevelDB table of one data block, its keys written whole. */
export function table(entries: readonly (readonly [string, Uint8Array])[]): Uint8Array {
	const block = (items: readonly (readonly [string | Uint8Array, Uint8Array])[]) =>
		join(
			...items.flatMap(([key, value]) => [packed(0, join(key).length, value.length), key, value]),
			int(4, 0),
			int(4, 1),
			new Uint8Array(5),
		);
	const data = block(entries);
	const index = block([["zzz", packed(0, data.length - 5)]]);
	const handles = join(varint(0), varint(0), varint(data.length), varint(index.length - 5));
	return join(data, index, handles, new Uint8Array(40 - handles.length), int(8, 0xdb4775248b80fb57n));
}

/** The first entry of a checkpoint's index, with its number of shards. */
export function header(shards: number): readonly [string, Uint8Array] {
	return ["", number(1, shards)];
}

/** A tensor's entry in a checkpoint's index. */
export function entry(type: number, shape: readonly number[], shard: number, offset: number, size: number): Uint8Array {
	return join(
		number(1, type),
		bytes(2, ...shape.map((length) => bytes(2, number(1, length)))),
		number(3, shard),
		number(4, offset),
		number(5, size),
	);
}
