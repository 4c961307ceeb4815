/** The part of seek-bzip that is used: bzip2, read and written byte by byte. */
declare module "seek-bzip" {
	interface Input {
		readByte(): number;
		/** Puts `length` bytes into `into` from `offset` on; how many. */
		read(into: Uint8Array, offset: number, length: number): number;
	}
	interface Output {
		writeByte(byte: number): void;
	}
	const bzip2: {
		/** Decodes one stream and compares its checksums; throws an Error where it is damaged. */
		decode(input: Input, output: Output): void;
	};
	export default bzip2;
}
