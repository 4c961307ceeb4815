/** What a format is called and which suffixes it has, apart from its reader: all that a program needs that reads no files. */
export interface KnownFormat {
	readonly id: string;
	/** Name for people, as in "NumPy array". */
	readonly label: string;
	/** Suffixes with their dot, lower case; the content decides, these only break ties and name things. */
	readonly extensions: readonly string[];
	/** True where others have a claim on files of this name: VS Code then opens them in the inspector only when told to. */
	readonly contested?: boolean;
}

/** Every format that is read. */
export const KNOWN = {
	npy: { id: "npy", label: "NumPy array", extensions: [".npy"] },
	gguf: { id: "gguf", label: "GGUF model", extensions: [".gguf"] },
	npz: { id: "npz", label: "NumPy archive", extensions: [".npz"], contested: true },
	sharded: {
		id: "sharded",
		label: "sharded model",
		extensions: [".safetensors.index.json", ".bin.index.json"],
		contested: true,
	},
	hdf5: { id: "hdf5", label: "HDF5 file", extensions: [".h5", ".hdf5", ".he5", ".nc"], contested: true },
	keras: { id: "keras", label: "Keras model", extensions: [".keras"] },
	mat73: { id: "mat-v7.3", label: "MATLAB 7.3 file (HDF5)", extensions: [".mat"], contested: true },
	mat: { id: "mat", label: "MATLAB file", extensions: [".mat"], contested: true },
	arrow: { id: "arrow", label: "Arrow table", extensions: [".arrow", ".arrows", ".feather"], contested: true },
	parquet: { id: "parquet", label: "Parquet table", extensions: [".parquet"], contested: true },
	zarr: {
		id: "zarr",
		label: "Zarr store",
		extensions: [".zarr.zip", "zarr.json", ".zarray", ".zgroup", ".zmetadata"],
		contested: true,
	},
	safetensors: { id: "safetensors", label: "safetensors file", extensions: [".safetensors"] },
	onnx: { id: "onnx", label: "ONNX model", extensions: [".onnx"], contested: true },
	onnxPb: { id: "onnx-pb", label: "ONNX tensor", extensions: [".pb"], contested: true },
	pytorch: { id: "pytorch", label: "PyTorch file", extensions: [".pt", ".pth", ".ckpt", ".bin"], contested: true },
	pickle: { id: "pickle", label: "Python pickle", extensions: [".pkl", ".pickle", ".joblib"], contested: true },
	raw: { id: "raw", label: "raw tensor", extensions: [".raw", ".dat", ".bin"], contested: true },
	tflite: { id: "tflite", label: "TensorFlow Lite model", extensions: [".tflite"], contested: true },
	flax: { id: "flax", label: "Flax checkpoint", extensions: [".msgpack"], contested: true },
	tfCheckpoint: { id: "tf-checkpoint", label: "TensorFlow checkpoint", extensions: [".index"], contested: true },
} as const satisfies Readonly<Record<string, KnownFormat>>;

/** Files that tell what the folder they lie in is, as a whole: opening the folder opens the first that is there. */
export const FOLDER_ENTRIES: readonly string[] = ["zarr.json", ".zgroup", ".zarray", ".zmetadata"];

/** Suffixes of all formats. */
export const SUFFIXES: readonly string[] = [
	...new Set(Object.values(KNOWN).flatMap(({ extensions }): readonly string[] => extensions)),
];

/** Whether a file's name has no header of its own to expect: how it is read has to be told. */
export function isRawName(name: string): boolean {
	return hasSuffixOf(KNOWN.raw, name);
}

/** Whether a file's name is that of a format with a header, and of none without. */
export function isSelfTelling(name: string): boolean {
	return !isRawName(name) && Object.values(KNOWN).some((format) => hasSuffixOf(format, name));
}

function hasSuffixOf({ extensions }: KnownFormat, name: string): boolean {
	return extensions.some((suffix) => name.toLowerCase().endsWith(suffix));
}
