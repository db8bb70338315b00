import wgsl from "../../../../shaders/mask/maskedTerms.wgsl?raw";
import { memo } from "../../../base/memo";
import type { BoundTerms, TermsDefinition } from "../reduce/terms";
import type { Register } from "../tiles/tiles";
import { type BoundMask, bothOf, type MaskDefinition, numbersOfBoth } from "./mask";

/** Terms that are 0 for elements outside a mask. */
export function maskedTerms(terms: BoundTerms, mask: BoundMask): BoundTerms {
  return { terms: withinMask(terms.terms, mask.mask), ...numbersOfBoth(mask, terms) };
}

const withinMask = memo(
  (terms: TermsDefinition, mask: MaskDefinition): TermsDefinition => ({
    ...bothOf(mask, terms),
    terms: terms.terms,
    wgsl: [mask.wgsl, terms.wgsl.replace(/\bfn terms\b/, "fn all_terms"), wgsl].join("\n"),
    reference(x, out, values, start, ofFibre) {
      terms.reference(x, out, values, start, ofFibre);
      const chosen = new Uint8Array(out[0]?.length ?? 0);
      mask.reference(x, chosen, values, start, ofFibre);
      for (const term of out) for (let i = 0; i < chosen.length; i++) if (!chosen[i]) term[i] = 0;
    },
    ...(terms.tiles && mask.tiles && { tiles: tilesOf(terms.tiles, mask.tiles) }),
  }),
);

function tilesOf(
  terms: NonNullable<TermsDefinition["tiles"]>,
  mask: NonNullable<MaskDefinition["tiles"]>,
): NonNullable<TermsDefinition["tiles"]> {
  return (tiles, x, take, ...rest) => {
    const chosen = mask(tiles, x, ...rest);
    const within = (term: number, register: Register) => {
      const inside = tiles.take(); // a term may be an input, which is read again
      tiles.within(inside, register, chosen);
      take(term, inside);
      tiles.release(inside);
    };
    terms(tiles, x, within, ...rest);
  };
}
