import { formatCount } from "../core/format";
import { roleOf, setSize, sizeOf } from "../core/layout";
import { normalization } from "../core/normalizations";
import type { Subject } from "./subject";

/** How many sets there are, how large each is, and the shape of their statistics. */
export function countsOf({ layout }: Subject): string {
	if (!layout) return "";
	const sets = sizeOf(layout.cells);
	const shape = `statistics shape [${layout.cells.join(", ")}]`;
	if (sizeOf(layout.shape) === 0) return `No values; ${shape}.`;
	const [one, size] = [sets === 1, setSize(layout)];
	return `${formatCount(sets)} ${one ? "set" : "sets"} of ${formatCount(size)} ${size === 1 ? "value" : "values"}; ${shape}.`;
}

/** What becomes of each axis. */
export function rolesOf({ shape, layout, letters, norm }: Subject): string {
	if (!layout) return "";
	const named = (role: ReturnType<typeof roleOf>) => letters.filter((_, axis) => roleOf(layout, axis) === role);
	const grouped = shape.flatMap((size, axis) =>
		roleOf(layout, axis) === "grouped"
			? [`${letters[axis]} split into ${layout.cells[axis]} groups of ${size / (layout.cells[axis] ?? 1)}`]
			: [],
	);
	const [averaged, kept] = [named("averaged"), named("kept")];
	const parts = [
		averaged.length > 0 ? `averaged over ${averaged.join(", ")}` : "averaged over nothing",
		...grouped,
		...(kept.length > 0 ? [`kept ${kept.join(", ")}`] : []),
	].join("; ");
	const { window } = normalization(norm.id);
	const around = `a sum over ${norm.options.size} neighbouring ${letters[norm.options.axis]} for each value`;
	const told = window ? `${parts}; ${around}` : parts;
	return `${told.slice(0, 1).toUpperCase()}${told.slice(1)}.`;
}
