/** The compiled library inside h5wasm, without the page-oriented code around it: every call makes a fresh instance. */
declare module "h5wasm/factory" {
	const factory: (options: Readonly<Record<string, unknown>>) => Promise<unknown>;
	export default factory;
}

/** A filter for that library: the bytes of a WebAssembly module that it links to itself. */
declare module "h5wasm-plugins/plugins/*.so" {
	const bytes: Uint8Array;
	export default bytes;
}
