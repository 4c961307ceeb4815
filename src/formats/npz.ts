import { TensorError, throwIfAborted } from "../core/errors";
import { formatBytes, formatCount } from "../core/format";
import { type DenseTensor, denseSource } from "./dense";
import { openZip, type ZipArchive, type ZipEntry } from "./encoding/zip";
import { isZip } from "./encoding/zip-directory";
import { KNOWN } from "./known";
import { readNpyArray } from "./npy";
import { readAhead } from "./read-ahead";
import type { ByteSource, TensorReader } from "./reader";
import { unreadable } from "./shape";

/** NumPy's .npz: a zip archive of .npy members, stored or deflated. */
export const npz: TensorReader = {
	...KNOWN.npz,
	sniff: isZip,
	sniffMembers: (names) => names.some((name) => name.endsWith(".npy")),
	async open(source, signal) {
		// Headers lie side by side where members are small: one read serves many.
		const archive = await openZip(source, signal, readAhead(source));
		const members = archive.entries.filter(({ name }) => !name.endsWith("/"));
		const arrays = members.filter(({ name }) => name.endsWith(".npy"));
		if (arrays.length === 0 && members.length > 0) throw otherArchive(members, source);
		const tensors: DenseTensor[] = [];
		const notes: string[] = [];
		const opened: ByteSource[] = [];
		for (const entry of arrays) {
			throwIfAborted(signal);
			const { tensor, member, notes: told } = await readMember(source, archive, entry, signal);
			tensors.push(tensor);
			notes.push(...told);
			if (member?.close) opened.push(member);
		}
		if (arrays.length < members.length) notes.unshift(leftOut(members));
		if (members.length === 0) notes.push("The archive is empty.");
		const close = async () => {
			await Promise.all(opened.map((member) => member.close?.()));
			await source.close?.();
		};
		return denseSource(tensors, { metadata: {}, notes, close });
	},
};

async function readMember(source: ByteSource, archive: ZipArchive, entry: ZipEntry, signal: AbortSignal | undefined) {
	const name = entry.name.slice(0, -".npy".length);
	try {
		const member = await archive.open(entry, signal);
		try {
			const { notes, ...tensor } = await readNpyArray(member, name, signal);
			return { tensor, member, notes: notes.map((note) => `${entry.name}: ${note}`) };
		} finally {
			// What a deflated member holds in memory is let go; it starts again when its values are read.
			await member.close?.();
		}
	} catch (thrown) {
		const error = TensorError.from(thrown);
		if (error.code === "cancelled") throw error;
		return { tensor: { info: unreadable(name, error.at({ file: source.name })) }, member: undefined, notes: [] };
	}
}

function leftOut(members: readonly ZipEntry[]): string {
	const others = members.filter(({ name }) => !name.endsWith(".npy")).map(({ name }) => `"${name}"`);
	const shown = others.slice(0, 5).join(", ");
	const rest = others.length > 5 ? ` and ${others.length - 5} more` : "";
	return `Members that are no .npy arrays are left out: ${shown}${rest}.`;
}

/** Archives of other kinds, by a member that only they have. */
const OTHER_ARCHIVES: readonly { readonly kind: string; readonly member: RegExp }[] = [
	{ kind: "an Office document", member: /^\[Content_Types\]\.xml$/ },
	{ kind: "a Python package", member: /\.dist-info\/METADATA$/ },
];

function otherArchive(members: readonly ZipEntry[], source: ByteSource): TensorError {
	const [problem, ...rest] = members.map((member) => member.problem);
	// Nothing can be said of an archive whose every member is closed (encrypted, overlapping) but why.
	if (problem && !rest.includes(undefined)) return TensorError.fromData(problem);
	const kind = OTHER_ARCHIVES.find(({ member }) => members.some(({ name }) => member.test(name)))?.kind;
	const shown = members.slice(0, 3).map(({ name }) => `"${name}"`);
	const more = members.length > shown.length ? ` and ${formatCount(members.length - shown.length)} more` : "";
	const found = kind ?? `one of ${shown.join(", ")}${more}, which are no .npy arrays`;
	const message = `This zip archive of ${formatBytes(source.size)} is ${found}, and no model of PyTorch or Keras and no Zarr store either; unpack it and open what is in it.`;
	return new TensorError("unknown-format", message, { file: source.name, byte: 0 });
}
