import type { CompareTensorsRequest } from "../src/protocol";

/** What the user chose to compare tensors with. */
export interface Compared {
	/** A tensor of the same file, or of the one that was chosen last. */
	readonly other?: CompareTensorsRequest["other"] | undefined;
	/** Two axes. */
	readonly map?: readonly [number, number];
}

/** What of a remembered choice, of unknown origin, can be used. */
export function checkCompared(saved: unknown): Compared {
	const { other, map } = (typeof saved === "object" && saved !== null ? saved : {}) as Record<string, unknown>;
	const { from, tensor } = (typeof other === "object" && other !== null ? other : {}) as Record<string, unknown>;
	return {
		...((from === "own" || from === "chosen") && typeof tensor === "string" ? { other: { from, tensor } } : {}),
		...(Array.isArray(map) && map.length === 2 && map.every(Number.isInteger) ? { map: [map[0], map[1]] } : {}),
	};
}
