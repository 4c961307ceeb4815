export { rowsF32, rowsF64 } from "./rows";
export { columnsF32, columnsF64 } from "./columns";
export * from "./convert";
export { affineF32 } from "./affine";
