import { isNode, itemsOf, latin1Bytes, type PickleNode, type PickleValue, typeName } from "./pickle-values";

/** Python's own containers and the names they had in Python 2. */
const BUILTINS =
	/^(builtins|__builtin__)\.(list|tuple|set|frozenset|dict|bytearray|bytes|complex|int|long|float|bool|str|unicode|slice|range|xrange|object)$/;

/** Constructors of plain data that torch, numpy, joblib and the standard library write, none of which can run anything else. */
const PLAIN: readonly RegExp[] = [
	BUILTINS,
	/^collections\.(OrderedDict|defaultdict|Counter|deque)$/,
	/^copy_?reg\.(_reconstructor|__newobj__|__newobj_ex__)$/,
	/^_codecs\.encode$/,
	/^torch\._utils\._rebuild_(tensor|tensor_v2|tensor_v3|parameter|parameter_with_state|qtensor|sparse_tensor|sparse_csr_tensor|device_tensor_from_numpy|xla_tensor|meta_tensor_no_storage|nested_tensor|wrapper_subclass)$/,
	/^torch\._tensor\._rebuild_from_type(_v2)?$/,
	/^torch\.(cuda\.)?(Double|Float|Half|BFloat16|Long|Int|Short|Char|Byte|Bool|ComplexFloat|ComplexDouble|QInt8|QUInt8|QInt32|QUInt4x2|QUInt2x4)Storage$/,
	/^torch\.storage\.(UntypedStorage|_?TypedStorage)$/,
	/^torch\.(Tensor|Size|device|dtype|Generator)$/,
	/^torch\.nn\.parameter\.(Parameter|Buffer)$/,
	/^torch\.(float|double|half|bfloat|int|uint|short|long|bool|complex|cfloat|cdouble|chalf|q?u?int|bits)[0-9]*(x[0-9]+)?(_e[0-9]m[0-9](fn|fnuz|fnu)?(_x2)?)?$/,
	/^torch\.(strided|sparse_(coo|csr|csc|bsr|bsc)|_mkldnn|jagged|channels_last(_3d)?|contiguous_format|preserve_format)$/,
	/^torch\.per_(tensor|channel)_(affine|symmetric)(_float_qparams)?$/,
	/^torch\.serialization\._get_layout$/,
	/^torch\.jit\._pickle\.(build_(int|tensor|double|bool)list|build_tensor_from_id|restore_type_tag)$/,
	// The classes of a TorchScript archive are its own text; they are no Python modules.
	/^__torch__\./,
	/^numpy\.(ndarray|dtype|matrix|bool_?|u?int(8|16|32|64)|float(16|32|64)|complex(64|128))$/,
	/^numpy\.(core|_core)\.(multiarray|numeric)\.(_reconstruct|scalar|_frombuffer)$/,
	/^numpy\.dtypes\.\w+DType$/,
	/^joblib\.numpy_pickle\.NumpyArrayWrapper$/,
	/^ml_dtypes\.(bfloat16|float8_\w+|float[46]_\w+|u?int[24])$/,
];

/** Whether a global is one that only builds plain data, so that a loader may call it. */
export function isPlainGlobal(name: string): boolean {
	return PLAIN.some((pattern) => pattern.test(name));
}

/** What a call of a global makes, as data: a container where it is one of Python's, otherwise a record of the call. */
export function built(type: PickleValue, args: readonly PickleValue[]): PickleNode | PickleValue {
	const name = typeName(isNode(type, "global") ? type : undefined);
	const [first, second] = args;
	const short = BUILTINS.exec(name)?.[2];
	const items = [...(itemsOf(first) ?? (isNode(first, "set") ? first.items : []))];
	if (name === "torch.Size" || short === "tuple") return { kind: "tuple", items };
	if (short === "list" || name === "collections.deque") return { kind: "list", items };
	if (short === "set" || short === "frozenset") return { kind: "set", items };
	if (short === "dict" || name === "collections.OrderedDict" || name === "collections.Counter") return dictOf(first);
	if (name === "collections.defaultdict") return dictOf(second);
	// Protocols before 3 have no byte strings: text stands for them.
	if (name === "_codecs.encode" && (second === "latin1" || second === "latin-1")) {
		if (typeof first === "string") return { kind: "bytes", bytes: latin1Bytes(first), offset: 0, length: first.length };
		if (isNode(first, "text")) return { kind: "bytes", offset: first.offset, length: first.length, asText: true };
	}
	if (short === "bytearray" || short === "bytes") {
		if (first === undefined) return { kind: "bytes", bytes: new Uint8Array(0), offset: 0, length: 0 };
		if (isNode(first, "bytes")) return first;
		if (typeof first === "string" && second === "latin-1")
			return built({ kind: "global", name: "_codecs.encode" }, args);
	}
	if (name === "torch.jit._pickle.restore_type_tag" || /^torch\.jit\._pickle\.build_\w+list$/.test(name))
		return first ?? null;
	// Protocols 0 and 1 make an object of a class by this, with the class as an argument.
	if (/^copy_?reg\./.test(name) && first !== undefined) return record(first, itemsOf(second) ?? args.slice(1));
	if (name.startsWith("torch._tensor._rebuild_from_type")) return built(first ?? null, itemsOf(args[2]) ?? []);
	return record(type, args);
}

function record(type: PickleValue, args: readonly PickleValue[]): PickleNode {
	return { kind: "object", type, args, items: [], entries: new Map() };
}

/** A dict of a dict, or of a list of pairs as Python 2 wrote ordered ones. */
function dictOf(from: PickleValue | undefined): PickleNode {
	if (isNode(from, "dict")) return { kind: "dict", entries: new Map(from.entries) };
	const entries = new Map<PickleValue, PickleValue>();
	for (const pair of itemsOf(from) ?? []) {
		const [key, value] = itemsOf(pair) ?? [];
		if (key !== undefined && value !== undefined) entries.set(key, value);
	}
	return { kind: "dict", entries };
}
