/** Gives each name once: a name that was given before comes back with a number behind it. */
export function uniqueNames(): (name: string) => string {
	const given = new Map<string, number>();
	return (name) => {
		let own = name;
		let count = given.get(name) ?? 0;
		while (given.has(own)) own = `${name} (${++count})`;
		given.set(name, Math.max(1, count));
		if (own !== name) given.set(own, 1);
		return own;
	};
}
