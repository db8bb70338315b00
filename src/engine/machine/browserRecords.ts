import { createStore, del, entries, get, set } from "idb-keyval";
import { isQuotaExceeded, quotaExceeded } from "../../io/errors";
import type { Records } from "./records";

/**
 * Records in IndexedDB, all kinds of a database in one store, told apart by the first part of the key. `put` rejects with
 * `storage/quota` when there is no room.
 */
export function browserRecords<T>(kind: string, database = "awase-engine"): Records<T> {
  const store = createStore(database, "records");
  const prefix = `${kind}:`;
  return {
    get: (key) => get<T>(prefix + key, store),
    async all() {
      const found = await entries<string, T>(store);
      return found.flatMap(([key, record]) => (key.startsWith(prefix) ? [record] : []));
    },
    async put(key, record) {
      try {
        await set(prefix + key, record, store);
      } catch (cause) {
        throw isQuotaExceeded(cause) ? quotaExceeded(kind, JSON.stringify(record).length, undefined, cause) : cause;
      }
    },
    remove: (key) => del(prefix + key, store),
  };
}
