/**
 * Arrays that cross from one floor to another: read from files and devices, written, posted, hashed. Their memory is theirs alone; the
 * memory that a device computes in may be shared, and is a plain `Uint8Array`.
 */
export type Bytes = Uint8Array<ArrayBuffer>;
export type Words = Uint32Array<ArrayBuffer>;
export type Floats = Float32Array<ArrayBuffer>;
export type Doubles = Float64Array<ArrayBuffer>;
