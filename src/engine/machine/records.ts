/** Small records that outlive the session, each under its key: structured-clone data in a browser, JSON on disk. */
export interface Records<T> {
  get(key: string): Promise<T | undefined>;
  all(): Promise<readonly T[]>;
  put(key: string, record: T): Promise<void>;
  remove(key: string): Promise<void>;
}

/** Records that last as long as the process. */
export function memoryRecords<T>(): Records<T> {
  const records = new Map<string, T>();
  return {
    get: async (key) => records.get(key),
    all: async () => [...records.values()],
    put: async (key, record) => void records.set(key, structuredClone(record)),
    remove: async (key) => void records.delete(key),
  };
}
