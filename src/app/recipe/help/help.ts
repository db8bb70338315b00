/** What the parameters of a method do, by their names, with good first values. */
type Parameters = Readonly<Record<string, string>>;

/** What the recipe form says of merge methods, in one language. */
export interface Help {
  /** What a method does, in one sentence, and when to take it. */
  readonly methods: Readonly<Record<string, string>>;
  /** What a parameter does, for every method that has one of that name … */
  readonly parameters: Parameters;
  /** … but for these, where it means something else. */
  readonly own: Readonly<Record<string, Parameters>>;
}
