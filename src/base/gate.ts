/**
 * Lets in what fits: each holds a weight until it is disposed, and the weights inside stay under a limit. First come, first served;
 * what weighs more than the limit goes in alone.
 */
export class Gate {
  readonly #waiting: { readonly weight: number; readonly enter: () => void }[] = [];
  #inside = 0;

  constructor(private readonly limit: number) {}

  async enter(weight: number): Promise<Disposable> {
    await new Promise<void>((enter) => {
      this.#waiting.push({ weight, enter });
      this.#letIn();
    });
    let left = false;
    return {
      [Symbol.dispose]: () => {
        if (left) return;
        left = true;
        this.#inside -= weight;
        this.#letIn();
      },
    };
  }

  #letIn(): void {
    for (let [next] = this.#waiting; next && this.#fits(next.weight); [next] = this.#waiting) {
      this.#waiting.shift();
      this.#inside += next.weight;
      next.enter();
    }
  }

  #fits(weight: number): boolean {
    return this.#inside === 0 || this.#inside + weight <= this.limit;
  }
}
