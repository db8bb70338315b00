/**
 * The value that a dictionary itself holds under a key from outside. An index would also find what every object inherits:
 * a model called `constructor`, a parameter called `__proto__`. The rules' test (`src/rules.test.ts`) lets no other way through.
 */
export function own<T>(dictionary: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(dictionary, key) ? dictionary[key] : undefined;
}
