import type { Subject } from "./subject";

/** A set by the axes that tell it from others: "N 0, C 8–15". */
export function setName(
	cell: readonly number[],
	{ layout, letters, shape }: Pick<Subject, "layout" | "letters" | "shape">,
): string {
	const names = cell.flatMap((part, axis) => {
		const [size, parts] = [shape[axis] ?? 1, layout?.cells[axis] ?? 1];
		if (parts <= 1) return [];
		const width = size / parts;
		return [width === 1 ? `${letters[axis]} ${part}` : `${letters[axis]} ${part * width}–${(part + 1) * width - 1}`];
	});
	return names.join(", ") || "all";
}
