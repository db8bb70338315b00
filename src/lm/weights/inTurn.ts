/**
 * Things in turn, each there until the next is asked for. The next is begun while one is in use, where `ahead` says so: never more
 * than two are there. Whatever was begun is disposed, also when the walk ends early or fails.
 * @param ahead whether the item after `at` may be begun while that at `at` is in use
 */
export async function* inTurn<Item, Made extends Disposable>(
  items: readonly Item[],
  make: (item: Item) => Promise<Made>,
  ahead: (at: number) => boolean,
): AsyncGenerator<readonly [Item, Made], void, void> {
  let coming: Promise<Made> | undefined;
  try {
    for (const [at, item] of items.entries()) {
      using made = await (coming ?? make(item));
      coming = undefined;
      const next = items[at + 1];
      if (next !== undefined && ahead(at)) {
        coming = make(next);
        coming.catch(() => undefined); // heard of when its turn comes
      }
      yield [item, made];
    }
  } finally {
    const unused = await coming?.catch(() => undefined);
    unused?.[Symbol.dispose]();
  }
}
