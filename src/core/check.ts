import { TensorError } from "./errors";

/** Takes a value of unknown origin for what it should be, or throws `bad-option` with its name and what was expected. */
export type Check<T> = (value: unknown, name: string) => T;

function refuse(value: unknown, name: string, expected: string): never {
	const found =
		value === null || typeof value !== "object" ? JSON.stringify(value) : Array.isArray(value) ? "a list" : "an object";
	throw new TensorError(
		"bad-option",
		`The message's "${name}" is ${found?.slice(0, 80)}, but ${expected} was expected.`,
	);
}

/** A value that a test recognizes. */
export function such<T>(is: (value: unknown) => value is T, expected: string): Check<T> {
	return (value, name) => (is(value) ? value : refuse(value, name, expected));
}

/** Text. */
export const text: Check<string> = such((value) => typeof value === "string", "text");

/** True or false. */
export const flag: Check<boolean> = such((value) => typeof value === "boolean", "true or false");

/** Any number, NaN and infinities too. */
export const number: Check<number> = such((value) => typeof value === "number", "a number");

/** A whole number that is not negative. */
export const count: Check<number> = such(
	(value): value is number => Number.isSafeInteger(value) && (value as number) >= 0,
	"a whole number from 0 on",
);

/** Nothing. */
export const nothing: Check<null> = such((value) => value === null, "nothing");

/** One of some values. */
export function oneOf<const T extends string | number>(...allowed: readonly T[]): Check<T> {
	return such((value): value is T => allowed.includes(value as T), `one of ${allowed.join(", ")}`);
}

/** A list of at most `most` items. */
export function listOf<T>(item: Check<T>, most: number): Check<readonly T[]> {
	return (value, name) => {
		if (!Array.isArray(value) || value.length > most) return refuse(value, name, `a list of at most ${most}`);
		return value.map((each, k) => item(each, `${name}[${k}]`));
	};
}

type Fields = Readonly<Record<string, Check<unknown>>>;
type Of<C> = C extends Check<infer T> ? T : never;
type Simple<T> = { readonly [Name in keyof T]: T[Name] };

/** An object with some fields, and others that may be left out; what else it has is dropped. */
export function record<Needed extends Fields, Optional extends Fields = Record<never, never>>(
	needed: Needed,
	optional?: Optional,
): Check<Simple<{ [Name in keyof Needed]: Of<Needed[Name]> } & { [Name in keyof Optional]?: Of<Optional[Name]> }>> {
	return (value, name) => {
		const given = such((one): one is Readonly<Record<string, unknown>> => isObject(one), "an object")(value, name);
		const present = Object.entries(optional ?? {}).filter(([field]) => given[field] !== undefined);
		const fields = [...Object.entries(needed), ...present];
		return Object.fromEntries(
			fields.map(([field, check]) => [field, check(given[field], `${name}.${field}`)]),
		) as never;
	};
}

/** An object whose keys are of no matter, of at most `most` entries. */
export function tableOf<T>(item: Check<T>, most: number): Check<Readonly<Record<string, T>>> {
	return (value, name) => {
		if (!isObject(value) || Object.keys(value).length > most)
			return refuse(value, name, `an object of at most ${most} entries`);
		return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, item(each, `${name}.${key}`)]));
	};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}
