/** What was made lately of some things, found again as long as they are the very same ones. */
export class Recent<T> {
  /** Longest unused first. */
  #entries: { readonly of: readonly unknown[]; readonly made: T }[] = [];

  /** @param kept how many are kept */
  constructor(private readonly kept: number) {}

  /** @param of compared one by one, objects by identity */
  get(of: readonly unknown[], make: () => T): T {
    const known = this.#entries.find(
      (entry) => entry.of.length === of.length && entry.of.every((each, at) => each === of[at]),
    );
    const entry = known ?? { of, made: make() };
    this.#entries = [...this.#entries.filter((other) => other !== entry), entry].slice(-this.kept);
    return entry.made;
  }
}
