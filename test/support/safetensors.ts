/** Float64 tensors by their names. */
type Tensors = Readonly<Record<string, { readonly shape: readonly number[]; readonly values: ArrayLike<number> }>>;

/** A .safetensors file of float64 tensors. */
export function safetensorsOf(tensors: Tensors): Buffer {
	let end = 0;
	const header: Record<string, object> = {};
	for (const [name, { shape, values }] of Object.entries(tensors)) {
		header[name] = { dtype: "F64", shape, data_offsets: [end, end + 8 * values.length] };
		end += 8 * values.length;
	}
	const text = Buffer.from(JSON.stringify(header));
	const length = Buffer.alloc(8);
	length.writeBigUInt64LE(BigInt(text.length));
	const data = Object.values(tensors).map(({ values }) => Buffer.from(Float64Array.from(values).buffer));
	return Buffer.concat([length, text, ...data]);
}

/** The values of float64 tensors of a .safetensors file, read without the product's own readers. */
export function valuesOfSafetensors(file: Buffer): Readonly<Record<string, Float64Array>> {
	const start = 8 + Number(file.readBigUInt64LE(0));
	const header = JSON.parse(file.toString("utf8", 8, start)) as Record<string, { data_offsets?: [number, number] }>;
	const found = Object.entries(header).flatMap(([name, { data_offsets: range }]) =>
		range ? [[name, new Float64Array(Uint8Array.from(file.subarray(start + range[0], start + range[1])).buffer)]] : [],
	);
	return Object.fromEntries(found);
}
