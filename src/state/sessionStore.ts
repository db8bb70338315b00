/** Where something of a visit is stored: IndexedDB on the page, since folder handles survive nowhere else; a Map in tests. */
export interface SessionStore {
  get(): Promise<unknown>;
  set(value: unknown): Promise<void>;
}
