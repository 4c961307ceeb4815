import { TensorError } from "../core/errors";
import type { DensePlace } from "./dense";
import type { ByteSource } from "./reader";

/** Opens a file that another names, by its path from the other's folder; throws `not-found`, `corrupt` for a path that leads out. */
export async function openBeside(origin: ByteSource, path: string): Promise<ByteSource> {
	const names = path.replace(/^(\.\/)+/, "").split("/");
	if (names.some((name) => name === "" || name === "." || name === ".." || /[\\\0:]/.test(name))) {
		throw new TensorError(
			"corrupt",
			`It names "${path}" as the file of its values; only files in its own folder are read.`,
			{
				file: origin.name,
			},
		);
	}
	if (origin.sibling === undefined) {
		throw new TensorError(
			"not-found",
			`The file "${path}" beside it, which holds its values, cannot be reached from here.`,
			{
				file: path,
			},
		);
	}
	try {
		return await origin.sibling(names.join("/"));
	} catch (thrown) {
		const { code, message, where } = TensorError.from(thrown);
		if (code !== "not-found") throw thrown;
		throw new TensorError(
			"not-found",
			`Its values are in the file "${path}", which could not be opened (${message.replace(/\.$/, "")}); put it into the same folder.`,
			where,
		);
	}
}

/** The same place in a file that is opened for each read. */
export function reopening(place: DensePlace, origin: ByteSource, path: string): DensePlace {
	return { ...place, source: reopeningSource(place.source, origin, path) };
}

/** A file beside another that is opened for each read, with the size that it had: a model may name hundreds of files. */
export function reopeningSource(
	{ name, size }: Pick<ByteSource, "name" | "size">,
	origin: ByteSource,
	path: string,
): ByteSource {
	return {
		name,
		size,
		async read(offset, length, signal, target) {
			const other = await openBeside(origin, path);
			try {
				if (other.size === size) return await other.read(offset, length, signal, target);
				const message = `The file had ${size} bytes when it was opened and has ${other.size} now; open it again.`;
				throw new TensorError("changed", message, { file: name });
			} finally {
				await other.close?.();
			}
		},
	};
}
