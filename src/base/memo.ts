/** What is made for one list of arguments, and what follows for lists that begin with it. Objects are not kept alive by being a key. */
class Place<T> {
  made: { readonly value: T } | undefined;
  readonly #objects = new WeakMap<object, Place<T>>();
  readonly #others = new Map<unknown, Place<T>>();

  at(key: unknown): Place<T> {
    const places: { get(key: unknown): Place<T> | undefined; set(key: unknown, place: Place<T>): unknown } =
      typeof key === "object" && key !== null ? (this.#objects as Map<unknown, Place<T>>) : this.#others;
    const known = places.get(key);
    if (known) return known;
    const place = new Place<T>();
    places.set(key, place);
    return place;
  }
}

/**
 * `make`, which is called once for each list of arguments and whose result is kept. Objects count by identity, arrays by their
 * elements. What is made for an object lives as long as that does.
 */
export function memo<A extends readonly unknown[], T>(make: (...args: A) => T): (...args: A) => T {
  const root = new Place<T>();
  return (...args) => {
    const place = placeOf(root, args);
    place.made ??= { value: make(...args) };
    return place.made.value;
  };
}

function placeOf<T>(from: Place<T>, keys: readonly unknown[]): Place<T> {
  let place = from.at(keys.length);
  for (const key of keys) place = Array.isArray(key) ? placeOf(place, key) : place.at(key);
  return place;
}
