import type { TensorInfo } from "../core/tensor";
import { type DensePlace, type DenseTensor, denseSource } from "./dense";
import { npyType } from "./encoding/npy-dtype";
import { NPY_MAGIC, readNpyHeader } from "./encoding/npy-header";
import { KNOWN } from "./known";
import type { ByteSource, TensorReader } from "./reader";
import { bytesOf, problem, shownShape } from "./shape";

/** NumPy's .npy: one array, its values in C or Fortran order after a short header. */
export const npy: TensorReader = {
	...KNOWN.npy,
	sniff: (head) => NPY_MAGIC.every((byte, i) => head[i] === byte),
	async open(source, signal) {
		const { notes, ...tensor } = await readNpyArray(source, "", signal);
		return denseSource([tensor], { metadata: {}, notes, close: async () => source.close?.() });
	},
};

/** The array of a .npy file or member. Throws where the header cannot be understood; all else is the tensor's `problem`. */
export async function readNpyArray(
	source: ByteSource,
	name: string,
	signal?: AbortSignal,
): Promise<DenseTensor & { readonly notes: readonly string[] }> {
	const { descr, fortranOrder, shape: lengths, dataStart } = await readNpyHeader(source, signal);
	const type = npyType(descr);
	const shape = shownShape(lengths);
	const found = source.size - dataStart;
	const where = { file: source.name, byte: dataStart };
	const sequential = source.sequential ? { sequential: true } : {};
	const refused = (dtype: TensorInfo["dtype"], bytes: number, why: TensorInfo["problem"] & object) => ({
		info: { name, dtype, shape, bytes, ...sequential, problem: why },
		notes: [],
	});

	const dtype = "dtype" in type ? type.dtype : { other: type.other };
	const size = bytesOf(lengths, "dtype" in type ? type.dtype : { bits: type.bits ?? 0 });
	if ("impossible" in size) {
		return refused(dtype, 0, problem("corrupt", `${size.impossible}; the header is damaged.`, { ...where, byte: 10 }));
	}
	if ("other" in type) {
		const code = type.corrupt ? "corrupt" : "unsupported";
		// Objects have no length of their own: their pickle is the rest of the file.
		const bytes = type.bits === undefined ? found : size.bytes;
		return refused(dtype, bytes, problem(code, `${type.reason}.`, { ...where, byte: 10 }));
	}
	if (size.bytes > found) {
		return refused(
			dtype,
			size.bytes,
			problem(
				"corrupt",
				`The data ends early: ${size.bytes} bytes were expected for ${type.dtype} [${shape.join(", ")}], but ${found} follow the header; save or download the file again.`,
				where,
			),
		);
	}
	const note = type.note === undefined ? {} : { note: type.note };
	const place: DensePlace = {
		source,
		start: dataStart,
		dtype: type.dtype,
		shape,
		order: fortranOrder ? "F" : "C",
		bigEndian: type.bigEndian,
	};
	const trailing = found - size.bytes;
	return {
		info: { name, dtype: type.dtype, shape, bytes: size.bytes, ...sequential, ...note },
		place,
		notes: trailing > 0 ? [`${trailing} bytes follow the array's data and are left out.`] : [],
	};
}
