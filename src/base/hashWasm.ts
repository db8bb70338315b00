/** The algorithms in use, and no others of the package: this file is the lazy part. */
export { createSHA1, createSHA256, createXXHash64, createXXHash128, sha256 } from "hash-wasm";
