import { unravel } from "../../src/core/inspection";
import { denseStrides } from "../../src/core/layout";
import type { Recorded, Statistics, TrueTensor, Truth } from "./record";

/** A record in the words of this product: names, types and order of axes as they are here. */
export function inOurWords(known: Truth): Truth {
	const words = known.format === undefined ? undefined : WORDS[known.format];
	return known.status === "ok" && words ? words(known) : known;
}

const WORDS: Readonly<Record<string, (known: Truth) => Truth>> = {
	hdf5: ofHdf5,
	"keras-zip": ofHdf5,
	"mat-v7.3": (known) => inMatlabOrder(ofHdf5(known)),
	"mat-v4/v5": (known) => ({ ...known, ...(known.tensors && { tensors: known.tensors.map(ofScipy) }) }),
	"zarr-v2": ofZarr,
	"zarr-v3": ofZarr,
	// An archive of anything else is no tensor file.
	"zip-only": (known) => ({
		...known,
		status: "error",
		expectError: { code: "E_NOT_TENSOR_FILE", anyOf: ["E_NOT_TENSOR_FILE", "E_ENCRYPTED"] },
	}),
};

/** h5py's names begin with "/"; it fails on opaque values where they are named here. */
function ofHdf5(known: Truth): Truth {
	const tensors = known.tensors ?? [];
	const errors = (known.tensorErrors ?? []).map(({ name, code }) => ({
		name,
		code: code === "E_CORRUPT_DATA" ? "E_UNSUPPORTED_DTYPE" : code,
	}));
	return {
		...known,
		tensors: tensors.map(({ name, dtype, shape, ...rest }): TrueTensor => {
			if (rest.numeric === false) return { ...rest, name: name.slice(1) };
			return { ...rest, name: name.slice(1), ...(shape && { shape }), ...(dtype && { dtype }) };
		}),
		tensorErrors: errors.map(({ name, code }) => ({ name: name.slice(1), code })),
	};
}

/** What MATLAB has in columns first, HDF5 has in rows first: the same run of values under the axes in reverse. */
function inMatlabOrder(known: Truth): Truth {
	// What MATLAB keeps for cells and objects is no variable.
	const all = (known.tensors ?? []).filter(({ name }) => !/^#(refs|subsystem)#/.test(name));
	const tensors = all.flatMap((tensor): readonly TrueTensor[] => {
		const { shape: turned, name } = tensor;
		if (turned === undefined || name.endsWith(".imag")) return turned === undefined ? [tensor] : [];
		const shape = [...turned].reverse();
		const ours = { ...tensor, shape, reorder: <T>(values: readonly T[]) => fortranOrder(values, shape) };
		const imag = name.endsWith(".real") && all.find((each) => each.name === name.replace(/real$/, "imag"));
		if (!imag) return [ours];
		const first8 = (tensor.first8 ?? []).map((re, i) => [re, imag.first8?.[i]] as [Recorded, Recorded]);
		const parts = { real: tensor as Statistics, imag: imag as Statistics };
		return [{ ...ours, name: name.slice(0, -".real".length), dtype: "c16", first8, ...parts }];
	});
	return { ...known, tensors };
}

/** scipy joins the strings of text, has other names for what is no array, and marks sparse matrices. */
function ofScipy({ dtype = "", shape, ...rest }: TrueTensor): TrueTensor {
	if (rest.numeric === false) return rest;
	const logical = rest.name.startsWith("logical");
	return { ...rest, ...(shape && { shape }), dtype: logical ? "|b1" : dtype.replace("sparse ", "") };
}

/** Paths are recorded from their root on, and shown from below it. */
function ofZarr(known: Truth): Truth {
	const below = <T extends { readonly name: string }>(each: T): T => ({ ...each, name: each.name.replace(/^\//, "") });
	return {
		...known,
		...(known.tensors && { tensors: known.tensors.map(below) }),
		...(known.tensorErrors && { tensorErrors: known.tensorErrors.map(below) }),
	};
}

/** Values in C order, as they are in Fortran order. */
function fortranOrder<T>(values: readonly T[], shape: readonly number[]): T[] {
	const turned = [...shape].reverse();
	const steps = denseStrides(shape);
	return values.map((_, k) => {
		const index = unravel(k, turned).reverse();
		return values[index.reduce((sum, at, axis) => sum + at * (steps[axis] as number), 0)] as T;
	});
}
