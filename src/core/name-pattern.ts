/**
 * Whether a tensor's name fits a pattern: `*` is any text, `?` any one character; of several patterns with commas between
 * one has to fit, and none that begins with `!` ("conv*.weight,!*.bn.*"). Patterns with `!` alone leave out of all.
 */
export function namePattern(pattern: string): (name: string) => boolean {
	const parts = pattern.split(",").map((part) => part.trim());
	const wanted = parts.filter((part) => part !== "" && !part.startsWith("!"));
	const unwanted = parts.filter((part) => part.startsWith("!")).map((part) => part.slice(1));
	return (name) =>
		(wanted.length === 0 || wanted.some((part) => fits(part, name))) && !unwanted.some((part) => fits(part, name));
}

/** In time of the product of both lengths at most: after a mismatch only the last star takes one character more. */
function fits(part: string, name: string): boolean {
	let [at, star, taken] = [0, -1, 0];
	let k = 0;
	while (k < name.length) {
		if (part[at] === "*") {
			star = at++;
			taken = k;
		} else if (part[at] === "?" || part[at] === name[k]) {
			at++;
			k++;
		} else if (star >= 0) {
			at = star + 1;
			k = ++taken;
		} else {
			return false;
		}
	}
	while (part[at] === "*") at++;
	return at === part.length;
}
