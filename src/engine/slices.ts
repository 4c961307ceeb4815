import { partsOf } from "../core/dtype";
import { TensorError } from "../core/errors";
import type { Norm } from "../core/normalizations";
import { checkWindow, SLICE_ELEMENTS } from "../core/slice";
import type { CallOptions } from "../rpc";
import type { Engine } from "./api";
import { locate } from "./in-shares";
import type { Target } from "./jobs";
import { keepWork } from "./kept-work";
import type { InputRefs } from "./norm-inputs";
import { type NormWork, normWork } from "./norm-work";
import type { PartialsOf } from "./normalize";
import type { Pool } from "./pool";

/** Reads slices; what a norm makes of a tensor's sets is found once for all slices of it. */
export function createSlices(pool: Pool, partialsOf: PartialsOf): Pick<Engine, "slice"> {
	const works = keepWork<NormWork>();

	const workOf = async (target: Target, norm: Norm, refs: InputRefs, options: CallOptions): Promise<NormWork> => {
		const { signal } = options;
		const inputs = await pool.runAside("locateInputs", { target, norm, refs }, { signal });
		// The targets hold the files' fingerprints: of a changed file everything is read anew.
		const key = JSON.stringify([
			keyOf(target),
			norm,
			Object.entries(inputs).map(([id, { target }]) => [id, keyOf(target)]),
		]);
		const about = { target, norm, inputs, mask: null, wholeCells: null };
		return works.get(key, (workOptions) => normWork(pool, partialsOf, about, workOptions), options);
	};

	return {
		async slice({ part, window, each, aspects, norm, inputs = {}, most = SLICE_ELEMENTS, ...ref }, options = {}) {
			const target = await locate(pool, ref, options);
			checkWindow(window, target.shape, aspects.length);
			const needsNorm = aspects.some((aspect) => aspect !== "before");
			if (needsNorm && !norm) {
				throw new TensorError("bad-option", "A slice after a norm was asked for, but no norm; name one.");
			}
			if (needsNorm && partsOf(target.dtype) === 2) {
				throw new TensorError(
					"unsupported",
					`Complex values (${target.dtype}) have no agreed normalization; look at them as they are.`,
					{ tensor: target.tensor },
				);
			}
			const about = needsNorm && norm ? { norm, work: await workOf(target, norm, inputs, options) } : null;
			const input = { target, part, window, each, aspects, norm: about, most };
			return pool.runAside("sliceOf", input, { signal: options.signal });
		},
	};
}

/** Numbers that stand for bytes in memory, which have no fingerprint. */
const BYTES = new WeakMap<object, number>();
let known = 0;

function keyOf({ file, ...target }: Target): unknown {
	if ("path" in file) return [target, file];
	if (!BYTES.has(file.bytes)) BYTES.set(file.bytes, ++known);
	return [target, file.name, file.raw, BYTES.get(file.bytes)];
}
