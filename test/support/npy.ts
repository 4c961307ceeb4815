/** The bytes before the values of a version 1 .npy file, padded to 64 bytes; `descr` as in NumPy, "<f4". */
export function npyHeader(descr: string, shape: readonly number[]): Buffer {
	const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
	const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
	const padding = " ".repeat((64 - ((10 + dictionary.length + 1) % 64)) % 64);
	const text = `${dictionary}${padding}\n`;
	const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 0, 0]);
	head.writeUInt16LE(text.length, 8);
	return Buffer.concat([head, Buffer.from(text, "latin1")]);
}

/** A .npy file of float64 values in C order. */
export function npyOf(shape: readonly number[], values: Float64Array | readonly number[]): Buffer {
	const data = Float64Array.from(values);
	return Buffer.concat([npyHeader("<f8", shape), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]);
}

/** Shape and float64 values of a version 1 .npy file, read without the product's own readers. */
export function valuesOfNpy(file: Buffer): { readonly shape: readonly number[]; readonly values: Float64Array } {
	const end = 10 + file.readUInt16LE(8);
	const header = file.toString("latin1", 10, end);
	const descr = /'descr': *'([^']+)'/.exec(header)?.[1];
	const tuple = /'shape': *\(([^)]*)\)/.exec(header)?.[1];
	if (descr !== "<f8" || tuple === undefined || /fortran_order': *True/.test(header)) {
		throw new Error(`This test reads float64 in C order, not ${header}`);
	}
	const shape = tuple
		.split(",")
		.filter((part) => part.trim() !== "")
		.map(Number);
	const data = Uint8Array.from(file.subarray(end));
	return { shape, values: new Float64Array(data.buffer, 0, data.byteLength / 8) };
}
