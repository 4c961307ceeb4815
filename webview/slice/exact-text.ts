import { DTYPES, type DType, realDType } from "../../src/core/dtype";

/** The shortest text that reads back as the same value of a dtype: 0.1 for the float32 nearest to it. */
export function exactText(value: number | bigint, dtype: DType): string {
	if (typeof value === "bigint" || Number.isInteger(value) || !Number.isFinite(value)) {
		return Object.is(value, -0) ? "-0" : String(value);
	}
	if (DTYPES[realDType(dtype)].bits > 32) return String(value);
	for (let digits = 1; digits < 9; digits++) {
		const rounded = Number(value.toPrecision(digits));
		if (Math.fround(rounded) === value) return String(rounded);
	}
	return String(Number(value.toPrecision(9)));
}
