/** Asks again until an answer passes or ten seconds are over; the last answer. */
export async function eventually<Value>(
	ask: () => Value | PromiseLike<Value>,
	passes: (value: Value) => boolean,
): Promise<Value> {
	const end = Date.now() + 10_000;
	for (;;) {
		const value = await ask();
		if (passes(value) || Date.now() > end) return value;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}
