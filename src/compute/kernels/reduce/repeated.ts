import wgsl from "../../../../shaders/reduce/repeated.wgsl?raw";
import { memo } from "../../../base/memo";
import type { Register } from "../tiles/tiles";
import type { TermsDefinition } from "./terms";

/** Every term several times, one after the other, so that each has as many searches. */
export const repeated = memo((keys: TermsDefinition, each: number): TermsDefinition => {
  const once = keys.wgsl.replace(/\bfn terms\b/, "fn once_terms").replace(/\bT\b/g, `(T / ${each}u)`);
  return {
    ...keys,
    name: `${keys.name} ×${each}`,
    terms: (inputs) => each * keys.terms(inputs),
    wgsl: `${once}\n${wgsl.replaceAll("EACH", `${each}u`)}`,
    reference(x, out, values, start, ofFibre) {
      const made = out.filter((_, t) => t % each === 0);
      keys.reference(x, made, values, start, ofFibre);
      for (const [t, term] of out.entries()) if (t % each > 0) term.set(made[Math.floor(t / each)] ?? []);
    },
    ...(keys.tiles && { tiles: tilesOf(keys.tiles, each) }),
  };
});

function tilesOf(once: NonNullable<TermsDefinition["tiles"]>, each: number): NonNullable<TermsDefinition["tiles"]> {
  return (tiles, x, take, ...rest) => {
    const again = (term: number, register: Register) => {
      for (let i = 0; i < each; i++) take(term * each + i, register);
    };
    once(tiles, x, again, ...rest);
  };
}
