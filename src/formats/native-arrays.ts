/** The typed array of each dtype that JavaScript has one for, by its name; they are in the machine's byte order. */
export const NATIVE = {
	bool: Uint8Array,
	u8: Uint8Array,
	u16: Uint16Array,
	u32: Uint32Array,
	i8: Int8Array,
	i16: Int16Array,
	i32: Int32Array,
	i64: BigInt64Array,
	u64: BigUint64Array,
	f32: Float32Array,
	f64: Float64Array,
} as const;

/** One of them. */
export type Native = InstanceType<(typeof NATIVE)[keyof typeof NATIVE]>;
