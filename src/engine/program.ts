/** What `assembly/index.ts` exports; pointers are byte offsets in the memory. */
export interface Program {
	rowsF32(values: number, table: number, runs: number, out: number): void;
	rowsF64(values: number, table: number, runs: number, out: number): void;
	columnsF32(values: number, rows: number, step: number, columns: number, out: number): void;
	columnsF64(values: number, rows: number, step: number, columns: number, out: number): void;
	mergeRuns(
		results: number,
		table: number,
		count: number,
		cells: number,
		runs: number,
		sums: number,
		total: number,
		ascending: boolean,
		flagged: number,
	): number;
	f16ToF32(from: number, count: number, to: number): void;
	bf16ToF32(from: number, count: number, to: number): void;
	u8ToF32(from: number, count: number, to: number, table: number): void;
	i16ToF32(from: number, count: number, to: number): void;
	u16ToF32(from: number, count: number, to: number): void;
	i32ToF64(from: number, count: number, to: number): void;
	u32ToF64(from: number, count: number, to: number): void;
	swapBytes(at: number, bytes: number, width: number): void;
	affineF32: AffineKernel;
	affineF32ToF64: AffineKernel;
	affineF64: AffineKernel;
	affineF64ToF32: AffineKernel;
	encodeMini(
		from: number,
		count: number,
		to: number,
		width: number,
		mantissa: number,
		bias: number,
		limit: number,
		over: number,
		nan: number,
	): number;
}

type AffineKernel = (
	from: number,
	count: number,
	to: number,
	centre: number,
	rest: number,
	scale: number,
	cellStep: number,
	gamma: number,
	gammaStep: number,
	beta: number,
	betaStep: number,
) => number;
