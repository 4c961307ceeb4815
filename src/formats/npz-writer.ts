import { TensorError } from "../core/errors";
import { combineCrc32, crc32 } from "./encoding/crc32";
import { centralEntry, endOfDirectory, localHeader } from "./encoding/zip-writer";
import { npyHeader } from "./npy-writer";
import { type OutputPlan, type OutputTensor, outputBytes, type Piece } from "./output-plan";

/** Plans a .npz file: one stored .npy member for every tensor. Throws `bad-option`. */
export function planNpz(tensors: readonly OutputTensor[]): OutputPlan {
	let offset = 0;
	const members = tensors.map((tensor) => {
		const name = memberName(tensor);
		const head = npyHeader(tensor);
		const bytes = outputBytes(tensor);
		const member = { name, offset, size: head.length + bytes };
		const local = localHeader(member);
		const dataOffset = offset + local.length + head.length;
		offset = dataOffset + bytes;
		return { tensor, member, local, head, headCrc: crc32(head), bytes, dataOffset };
	});
	const directoryOffset = offset;
	const closing = (crcs: readonly number[]): Uint8Array =>
		joined([
			...members.map(({ member }, i) => centralEntry(member, crcs[i] ?? 0)),
			...endOfDirectory(
				members.map(({ member }) => member),
				directoryOffset,
			),
		]);
	return {
		size: directoryOffset + closing([]).length,
		pieces: members.map(({ member, local, head }) => ({ offset: member.offset, bytes: joined([local, head]) })),
		regions: members.map(({ tensor: { name, dtype, shape, order = "C" }, dataOffset, bytes }) => {
			return { name, dtype, shape, offset: dataOffset, bytes, order };
		}),
		needsCrc: true,
		finish(crcs) {
			const whole = members.map(({ headCrc, bytes }, i) => combineCrc32(headCrc, crcs[i] ?? 0, bytes));
			const patches = members.map(({ member }, i): Piece => {
				const bytes = new Uint8Array(4);
				new DataView(bytes.buffer).setUint32(0, whole[i] as number, true);
				return { offset: member.offset + 14, bytes };
			});
			return [...patches, { offset: directoryOffset, bytes: closing(whole) }];
		},
	};
}

function memberName({ name }: OutputTensor): string {
	// numpy's own name for an array that was given none.
	if (name === "") return "arr_0.npy";
	const bad = name.includes("\\") || name.includes("\0") || /^\/|^[a-zA-Z]:|(^|\/)\.\.(\/|$)/.test(name);
	if (bad || new TextEncoder().encode(name).length > 60000) {
		throw new TensorError("bad-option", `"${name}" cannot be the name of a member of a .npz file; rename it.`);
	}
	return `${name}.npy`;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
	const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
	let at = 0;
	for (const part of parts) {
		whole.set(part, at);
		at += part.length;
	}
	return whole;
}
