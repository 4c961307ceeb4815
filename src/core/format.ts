import type { DTYPES } from "./dtype";
import type { Shape } from "./layout";

/** A number for people, with up to `digits` significant digits: "0.1235", "1.5e-8", "NaN", "−∞" stays "-Infinity". */
export function formatNumber(value: number | bigint, digits = 5): string {
	if (typeof value === "bigint") return value.toString();
	if (!Number.isFinite(value)) return String(value);
	if (Number.isInteger(value) && Math.abs(value) < 1e15) return String(value);
	const magnitude = Math.abs(value);
	return magnitude >= 1e-4 && magnitude < 10 ** Math.max(digits, 6)
		? String(Number(value.toPrecision(digits)))
		: value.toExponential(digits - 1).replace(/\.?0+e/, "e");
}

/** A count with thin groups of three digits: "12 582 912". */
export function formatCount(value: number): string {
	return Number.isInteger(value) ? String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f") : formatNumber(value);
}

/** Bytes in the binary unit that keeps the number short: "1.5 MiB". */
export function formatBytes(bytes: number): string {
	const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
	const power = bytes < 1024 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
	const value = bytes / 1024 ** power;
	return `${power === 0 ? value : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${units[power]}`;
}

/** A shape for people: "64 × 256 × 56 × 56", "scalar" for none. */
export function formatShape(shape: Shape): string {
	return shape.length === 0 ? "scalar" : shape.join(" × ");
}

/** The name people see for a dtype or for what a file calls a type that is none. */
export function formatDType(dtype: keyof typeof DTYPES | { readonly other: string }): string {
	return typeof dtype === "string" ? dtype : dtype.other;
}

/** Non-finite numbers and integers past 2^53 as strings, as JSON has neither. */
export function toJsonNumber(value: number | bigint): number | string {
	if (typeof value === "bigint") {
		return value >= -(2n ** 53n) && value <= 2n ** 53n ? Number(value) : value.toString();
	}
	return Number.isFinite(value) ? value : String(value);
}

/** The shortest text of a number that reads back as the same number: "1e-5", "0.001". */
export function exactly(value: number): string {
	const [plain, scientific] = [String(value), value.toExponential()];
	return plain.length > 6 && scientific.length < plain.length ? scientific : plain;
}
