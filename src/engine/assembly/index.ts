export { rowsF32, rowsF64 } from "./rows";
export { columnsF32, columnsF64 } from "./columns";
export * from "./convert";
export { affineF32, affineF32ToF64, affineF64, affineF64ToF32 } from "./affine";
export { encodeMini } from "./encode";
export { mergeRuns } from "./merge";
