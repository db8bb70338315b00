import type { Evaluation } from "../registry";

/**
 * Perplexity and divergence against the base, laid out as `llama-perplexity --kl-divergence` prints them, so that what reads
 * those tables reads these. Its Q is the model that was measured. Two things differ: errors come from the spread between
 * prompts, not between tokens (and are left out where there is one prompt), and a measurement from top-K rows is a lower bound, which the last line then says.
 * @returns nothing where nothing was compared
 */
export function klTable({ perplexity, relative, divergence }: Evaluation): string {
  const sections: string[] = [];
  if (perplexity && relative) {
    const { tokenWeighted, standardError } = perplexity;
    sections.push(
      [
        "====== Perplexity statistics ======",
        `Mean PPL(Q)                   : ${withError(tokenWeighted, tokenWeighted * standardError)}`,
        `Mean PPL(base)                : ${number(tokenWeighted / relative.ratio)}`,
        `Mean ln(PPL(Q)/PPL(base))     : ${withError(relative.ln, relative.standardError)}`,
        `Mean PPL(Q)/PPL(base)         : ${withError(relative.ratio, relative.ratio * relative.standardError)}`,
      ].join("\n"),
    );
  }
  if (divergence) {
    const { forward, forwardStandardError, max, quantiles, sameTop, positions, mode } = divergence;
    const sameTopError = Math.sqrt((sameTop * (1 - sameTop)) / (positions - 1));
    sections.push(
      [
        "====== KL divergence statistics ======",
        `Mean    KLD: ${withError(forward, forwardStandardError)}`,
        `Maximum KLD: ${number(max)}`,
        `99.9%   KLD: ${number(quantiles.q999)}`,
        `99.0%   KLD: ${number(quantiles.q99)}`,
        `95.0%   KLD: ${number(quantiles.q95)}`,
        `90.0%   KLD: ${number(quantiles.q90)}`,
        `Median  KLD: ${number(quantiles.median)}`,
      ].join("\n"),
      [
        "====== Token probability statistics ======",
        `Same top p: ${percent(sameTop, 6)}${Number.isFinite(sameTopError) ? ` ± ${percent(sameTopError, 5)}` : ""} %`,
        ...(mode.kind === "top-k"
          ? [`Top ${mode.k} of the base; mass of the rest: ${percent(mode.restMass, 6)} %`]
          : []),
      ].join("\n"),
    );
  }
  return sections.map((section) => `${section}\n`).join("\n");
}

function withError(value: number, error: number): string {
  return Number.isFinite(error) ? `${number(value)} ± ${number(error)}` : number(value);
}

function number(value: number): string {
  return value.toFixed(6).padStart(10);
}

function percent(share: number, width: number): string {
  return (100 * share).toFixed(3).padStart(width);
}
