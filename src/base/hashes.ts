import type { IDataType, IHasher } from "hash-wasm";

export type { IHasher } from "hash-wasm";

/*
 * Hashes, as hash-wasm has them. Its code comes with the first of them: a page that is only looked at hashes nothing.
 */

const load = () => import("./hashWasm");

/** @returns lower-case hex */
export const sha256 = async (data: IDataType): Promise<string> => (await load()).sha256(data);

export const createSHA1 = async (): Promise<IHasher> => (await load()).createSHA1();
export const createSHA256 = async (): Promise<IHasher> => (await load()).createSHA256();
export const createXXHash64 = async (): Promise<IHasher> => (await load()).createXXHash64();
export const createXXHash128 = async (): Promise<IHasher> => (await load()).createXXHash128();
