import type { ArchitectureDefinition } from "../architectures/define";

/** Which tensor names an architecture's definition gives. */
export interface KnownNames {
  /** Where layers are, the usual root first. */
  readonly roots: readonly string[];
  /** Whether a weight of the definition is called so. */
  has(name: string): boolean;
  /** Whether a weight of a layer is. */
  inLayer(name: string): boolean;
  /** Whether it lies in the layers, a weight the definition forgot included. */
  inRoot(name: string): boolean;
}

export function knownNames(definition: ArchitectureDefinition): KnownNames {
  const roots = [definition.root, ...(definition.rootAliases ?? [])];
  const loose = new Set(
    [...definition.pre, ...definition.post].flatMap(({ name, aliases = [], tied = [] }) => [name, ...aliases, ...tied]),
  );
  const layer = new Set(definition.layer.flatMap(({ name, aliases = [] }) => [name, ...aliases]));
  const restOf = (name: string): string | undefined => {
    const root = roots.find((candidate) => name.startsWith(`${candidate}.`));
    return root === undefined ? undefined : /^\d+\.(.+)$/.exec(name.slice(root.length + 1))?.[1];
  };
  const inLayer = (name: string) => {
    const rest = restOf(name);
    if (rest === undefined) return false;
    return layer.has(rest) || (definition.families?.some((start) => rest.startsWith(start)) ?? false);
  };
  return {
    roots,
    // A scale of a quantised weight goes where its weight goes.
    has: (name) => loose.has(name.replace(/\.weight_.*$/, ".weight")) || inLayer(name),
    inLayer,
    inRoot: (name) => restOf(name) !== undefined,
  };
}
