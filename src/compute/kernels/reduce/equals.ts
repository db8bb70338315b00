import wgsl from "../../../../shaders/reduce/equals.wgsl?raw";
import { memo } from "../../../base/memo";
import type { Numbers } from "../../kernel";
import { keyOf } from "../common/keys";
import { scalars } from "../link/uniforms";
import type { Register } from "../tiles/tiles";
import type { BoundTerms, TermsDefinition } from "./terms";

/** Terms that are 1 where a key equals its mark, else 0: one mark per term. */
export function equalsOf(keys: BoundTerms, marks: readonly number[]): BoundTerms {
  const terms = equalsDefinition(keys.terms, marks.length);
  const named = Object.fromEntries(marks.map((mark, t) => [`mark_${t}`, mark]));
  return { ...keys, terms, uniforms: (block) => ({ ...keys.uniforms(block), ...named }) };
}

const equalsDefinition = memo((keys: TermsDefinition, count: number): TermsDefinition => {
  const terms = Array.from({ length: count }, (_, t) => t);
  return {
    ...keys,
    name: `equals of ${keys.name}`,
    terms: () => count,
    imports: [...new Set([...(keys.imports ?? []), "keys.wgsl" as const])],
    wgsl: `${keys.wgsl.replace(/\bfn terms\b/, "fn key_terms")}\n${wgsl}`,
    uniforms: { ...keys.uniforms, ...scalars("mark", terms) },
    reference(x, out, values, start, ofFibre) {
      keys.reference(x, out, values, start, ofFibre);
      for (const [t, term] of out.entries()) {
        const mark = (values as Numbers)[`mark_${t}`];
        const patterns = new Uint32Array(term.buffer, term.byteOffset, term.length);
        for (let i = 0; i < patterns.length; i++) term[i] = keyOf(patterns[i] ?? 0) === mark ? 1 : 0;
      }
    },
    ...(keys.tiles && { tiles: tilesOf(keys.tiles) }),
  };
});

function tilesOf(keys: NonNullable<TermsDefinition["tiles"]>): NonNullable<TermsDefinition["tiles"]> {
  return (tiles, x, take, values, ...rest) => {
    const marked = (term: number, register: Register) => {
      const equal = tiles.equals(register, Number((values as Numbers)[`mark_${term}`]));
      take(term, equal);
      tiles.release(equal);
    };
    keys(tiles, x, marked, values, ...rest);
  };
}
