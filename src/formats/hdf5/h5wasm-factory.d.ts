/** The compiled library inside h5wasm, without the page-oriented code around it: every call makes a fresh instance. */
declare module "h5wasm/factory" {
	const factory: (options: Readonly<Record<string, unknown>>) => Promise<unknown>;
	export default factory;
}
