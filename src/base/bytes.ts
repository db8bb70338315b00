/**
 * Arrays that cross from one floor to another: read from files and devices, written, posted, hashed. Their memory is theirs alone; that of
 * a device, which threads may share, is `DeviceBytes`.
 */
export type Bytes = Uint8Array<ArrayBuffer>;
export type Words = Uint32Array<ArrayBuffer>;
export type Floats = Float32Array<ArrayBuffer>;
export type Doubles = Float64Array<ArrayBuffer>;
/** What kernels read and write where they are not on a GPU. */
export type DeviceBytes = Uint8Array<ArrayBufferLike>;
