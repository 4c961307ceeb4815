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
	safetensorsIndex: {
		id: "safetensors-index",
		label: "sharded safetensors model",
		extensions: [".safetensors.index.json"],
		contested: true,
	},
	mat: { id: "mat", label: "MATLAB file", extensions: [".mat"], contested: true },
	safetensors: { id: "safetensors", label: "safetensors file", extensions: [".safetensors"] },
	onnx: { id: "onnx", label: "ONNX model", extensions: [".onnx"], contested: true },
	onnxPb: { id: "onnx-pb", label: "ONNX tensor", extensions: [".pb"], contested: true },
} as const satisfies Readonly<Record<string, KnownFormat>>;

/** Suffixes of all formats. */
export const SUFFIXES: readonly string[] = Object.values(KNOWN).flatMap(({ extensions }) => [...extensions]);

/** What the product reads, for the end of sentences about files that it does not. */
export const READ_FORMATS = `Tensor Inspector reads ${listOf(Object.values(KNOWN).map(namedWithSuffixes))}`;

function namedWithSuffixes({ label, extensions }: KnownFormat): string {
	return `${label} (${extensions.join(", ")})`;
}

function listOf(names: readonly string[]): string {
	return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
