import { type Layout, roleOf, setSize, sizeOf } from "./layout";

/** What an axis of one index is counted as: averaged and kept come to the same there. */
type Role = ReturnType<typeof roleOf> | "either";

/**
 * The names under which people know the sets of a layout, the usual one first: "InstanceNorm", "GroupNorm(64)",
 * "LayerNorm over H, W". Axis 0 is the batch unless it is the channel axis. Empty where the sets have no name.
 */
export function layoutNames(layout: Layout, letters: readonly string[], channelAxis: number): string[] {
	const { shape, cells } = layout;
	if (sizeOf(shape) <= 1 || setSize(layout) <= 1) return [];
	const roles = shape.map((size, axis): Role => (size === 1 ? "either" : roleOf(layout, axis)));
	const are = (axes: readonly number[], role: Role) =>
		axes.every((axis) => roles[axis] === role || roles[axis] === "either");
	const all = shape.map((_, axis) => axis);
	const names: string[] = [];
	if (shape.length >= 2 && channelAxis !== 0) {
		const [batch, channel] = [[0], [channelAxis]];
		const space = all.filter((axis) => axis !== 0 && axis !== channelAxis);
		const spatial = space.length > 0;
		if (are(space, "averaged")) {
			if (are(batch, "averaged") && are(channel, "kept")) names.push("BatchNorm");
			if (roles[0] === "grouped" && are(channel, "kept"))
				names.push(`Ghost BatchNorm in ${cells[0]} parts of the batch`);
			if (are(batch, "kept")) {
				const groups = cells[channelAxis] ?? 1;
				if (spatial && are(channel, "kept")) names.push("InstanceNorm");
				if (are(channel, "averaged")) names.push(...layerNames(roles, letters));
				if (spatial || !are(channel, "kept")) names.push(`GroupNorm(${groups})`);
			}
		}
		const alone = are(batch, "kept") && are(channel, "averaged") && are(space, "kept");
		if (alone && channelAxis !== shape.length - 1) {
			names.push(`LayerNorm over ${letters[channelAxis]}`, ...(shape.length === 4 ? ["LayerNorm2d"] : []));
		}
	}
	if (are(all, "averaged") && shape.length > 1) names.push("one set of the whole tensor");
	return [...new Set([...names, ...layerNames(roles, letters)])];
}

/** LayerNorm averages the last axes and keeps those before. */
function layerNames(roles: readonly Role[], letters: readonly string[]): string[] {
	const first = roles.indexOf("averaged");
	if (first < 0 || (first === 0 && roles.length > 1)) return [];
	const fits = roles.every((role, axis) => role === "either" || role === (axis < first ? "kept" : "averaged"));
	return fits ? [`LayerNorm over ${letters.slice(first).join(", ")}`] : [];
}
