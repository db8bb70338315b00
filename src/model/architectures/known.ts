import { architectureNames } from "../config";
import type { JsonObject } from "../model";
import type { ArchitectureDefinition } from "./define";
import { granite, llama, mistral, smolLm3 } from "./llama";

const byName = new Map<string, ArchitectureDefinition>();

function know(definitions: readonly ArchitectureDefinition[]): void {
  for (const definition of definitions) for (const name of definition.architectures) byName.set(name, definition);
}

know([granite, llama, mistral, smolLm3]);

/**
 * Brings the definitions of all architectures, unless a config's own are here already. A model is opened only then, so that planning,
 * which waits for nothing, finds those of its models.
 */
export async function bringArchitectures(config: JsonObject): Promise<void> {
  if (!architectureNames(config).every((name) => byName.has(name))) await bringAllArchitectures();
}

/** For what names architectures that no opened model has. */
export async function bringAllArchitectures(): Promise<void> {
  const { architectures } = await import("../architectures");
  know(architectures);
}

/** The definition of an architecture string of config.json, if it is known. */
export function findArchitecture(name: string): ArchitectureDefinition | undefined {
  return byName.get(name);
}
