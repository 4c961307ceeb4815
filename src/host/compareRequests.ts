import { TensorError } from "../core/errors";
import { NUMPY_TOLERANCE } from "../core/tensor-difference";
import type { Engine, FileRef } from "../engine/api";
import type { HostApi } from "../protocol";
import type { Handlers } from "../rpc";

/** How the host gets at files, which the webview never names. */
export interface ComparedFiles {
	/** The panel's own. */
	readonly own: (signal: AbortSignal) => Promise<FileRef>;
	/** Asks the user for another one; undefined where they left. */
	readonly ask: (signal: AbortSignal) => Promise<FileRef | undefined>;
	/** The one they chose last, in an earlier life of the panel perhaps. */
	readonly last: (signal: AbortSignal) => Promise<FileRef | undefined>;
}

/** Answers what the panel asks about another tensor. */
export function compareHandlers(
	engine: Engine,
	{ own, ask, last }: ComparedFiles,
): Pick<Handlers<HostApi>, "chooseOther" | "compareTensors"> {
	let other: FileRef | undefined;
	return {
		async chooseOther({ again }, { signal }) {
			const read = async (chosen: FileRef | undefined) => {
				if (!chosen) return null;
				const { file, tensors } = await engine.describe(chosen, { signal });
				other = chosen;
				return { name: file, tensors };
			};
			// A file that was there once may be gone; nobody asked for it now.
			return again
				? last(signal)
						.then(read)
						.catch(() => null)
				: read(await ask(signal));
		},
		async compareTensors({ tensor, other: { from, tensor: second }, map }, { signal, progress }) {
			const file = await own(signal);
			const chosen = from === "own" ? file : other;
			if (!chosen) throw new TensorError("not-found", "The other file is no longer known; choose it again.");
			const request = {
				a: { file, tensor },
				b: { file: chosen, tensor: second },
				...NUMPY_TOLERANCE,
				...(map ? { map: [map[0] ?? 0, map[1] ?? 0] as const } : {}),
			};
			return engine.compare(request, { signal, onProgress: progress });
		},
	};
}
