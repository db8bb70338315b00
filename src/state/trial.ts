/**
 * What may be at fault should the page go down: noted before it is drawn, crossed out when it was seen to work. The next visit
 * reads it and leaves aside what it names, and nothing else.
 */
export interface Trial {
  /** A link is being looked at. */
  readonly link?: true;
  /** A link's recipe was taken over; what stood there before. */
  readonly before?: { readonly recipe: string; readonly recipeName: string };
  /** How much the last fresh start took away, and whether that was done. */
  readonly afresh?: { readonly step: number; readonly done: boolean };
}

/** Where a trial is kept: storage that is written before the next line runs, since a page that hangs runs no other. */
export interface TrialStore {
  get(): string | null;
  set(text: string): void;
}

/** The fault of a visit that went down, as its page and the next one see it. */
export class Trials {
  #held = false;

  constructor(private readonly store: TrialStore) {}

  get now(): Trial {
    try {
      return readTrial(JSON.parse(this.store.get() ?? "{}"));
    } catch {
      return {};
    }
  }

  note(change: Trial): void {
    this.#write({ ...this.now, ...change });
  }

  /** These were seen to work. After the page went down nothing is. */
  settle(kinds: readonly (keyof Trial)[]): void {
    if (this.#held) return;
    const left = Object.entries(this.now).filter(([kind]) => !kinds.some((settled) => settled === kind));
    this.#write(Object.fromEntries(left));
  }

  /** The page went down: what is noted stays so until the next visit. */
  hold(): void {
    this.#held = true;
  }

  /**
   * Notes that the person wants to start afresh. A link is set aside anyway; without one each step takes more away: the recipe, the
   * models, everything.
   */
  startAfresh(): void {
    const { link, before, afresh } = this.now;
    if (!link && !before) this.note({ afresh: { step: (afresh?.step ?? 0) + 1, done: false } });
  }

  #write(trial: Trial): void {
    try {
      this.store.set(JSON.stringify(trial));
    } catch {
      // A browser that refuses to store (private mode, full disk) has nothing to set aside at the next visit.
    }
  }
}

function readTrial(value: unknown): Trial {
  const { link, before, afresh } = (value ?? {}) as { [Key in keyof Trial]: unknown };
  return {
    ...(link === true && { link }),
    ...(isBefore(before) && { before }),
    ...(isAfresh(afresh) && { afresh }),
  };
}

function isBefore(value: unknown): value is NonNullable<Trial["before"]> {
  const { recipe, recipeName } = (value ?? {}) as Partial<Record<"recipe" | "recipeName", unknown>>;
  return typeof recipe === "string" && typeof recipeName === "string";
}

function isAfresh(value: unknown): value is NonNullable<Trial["afresh"]> {
  const { step, done } = (value ?? {}) as Partial<Record<"step" | "done", unknown>>;
  return Number.isSafeInteger(step) && typeof done === "boolean";
}
