import { type Case, SHARED, sharedCases, type TrueTensor, type Truth, truth } from "./truth";

/** Arrays of compounds inside compounds, which are refused, and a recording of a million small numbers. */
const APART = /comp_complex\.h5|isssue-523\.hdf5/;
const FILTERS = [1, 2, 3, 4, 6];

/** Names of h5py begin with "/"; what has no numbers is recorded under names of NumPy's. */
function asOurs(tensor: TrueTensor): TrueTensor {
	const { dtype, shape, ...rest } = tensor;
	const name = tensor.name.slice(1);
	if (rest.numeric === false) return { ...rest, name };
	return { ...rest, name, ...(shape && { shape }), ...(dtype && { dtype }) };
}

/** h5py has filters that are refused here, and fails on opaque values where they are named here. */
function inOurWords(known: Truth): Truth {
	const tensors = known.tensors ?? [];
	const refused = tensors.filter(({ filters = [] }) => !filters.every((id) => FILTERS.includes(id)));
	const errors = [
		...refused.map(({ name }) => ({ name, code: "E_UNSUPPORTED_CODEC" })),
		...(known.tensorErrors ?? []).map(({ name, code }) => ({
			name,
			code: code === "E_CORRUPT_DATA" ? "E_UNSUPPORTED_DTYPE" : code,
		})),
	];
	return {
		...known,
		...(known.tensors && { tensors: tensors.filter((tensor) => !refused.includes(tensor)).map(asOurs) }),
		tensorErrors: errors.map(({ name, code }) => ({ name: name.slice(1), code })),
	};
}

const cases = sharedCases(/\.(h5|hdf5|he5|nc)$/)
	.filter(({ file }) => !APART.test(file))
	.map(({ file, known }): Case => (known ? { file, known: inOurWords(known) } : { file }));

truth("HDF5 files", SHARED, cases, 99);
