/** The kernels of this folder, compiled by `esbuild.js`. */
declare const program: Uint8Array<ArrayBuffer>;
export default program;
