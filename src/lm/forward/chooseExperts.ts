import type { Floats, Words } from "../../base/bytes";
import type { ExpertChoice, ExpertsSpec } from "../../model/forward/spec";

/** Added to a sum of shares before they are divided by it, as DeepSeek does. */
const TINY = 1e-20;

/**
 * The experts of each row where they are chosen in groups, and their shares: [rows, perToken] both. The groups with the best scores
 * first, then the best experts in them; of equal ones the lower index. Source: `DeepseekV3TopkRouter`, `DeepseekV2TopkRouter` and
 * `Glm4MoeTopkRouter` of transformers; DeepSeek-V3 is arXiv 2412.19437, section 2.1.2.
 * @param logits f32 [rows, experts], the router's output
 * @param bias f32 [experts], added while experts are chosen
 */
export function chooseExperts(
  logits: Floats,
  { count, perToken, normalize }: Pick<ExpertsSpec, "count" | "perToken" | "normalize">,
  choice: ExpertChoice,
  bias: Floats | undefined,
): { readonly ids: Words; readonly shares: Floats } {
  const rows = logits.length / count;
  const ids = new Uint32Array(rows * perToken);
  const shares = new Float32Array(rows * perToken);
  for (let row = 0; row < rows; row++) {
    const scores = scoresOf(logits.subarray(row * count, (row + 1) * count), choice.score);
    const biased = scores.map((score, expert) => score + (bias?.[expert] ?? 0));
    const open = openExperts(biased, choice);
    const chosen = best(open, biased).slice(0, perToken);
    const sum = chosen.reduce((total, expert) => total + (scores[expert] ?? 0), 0);
    for (const [rank, expert] of chosen.entries()) {
      const share = (scores[expert] ?? 0) / (normalize ? sum + TINY : 1);
      ids[row * perToken + rank] = expert;
      shares[row * perToken + rank] = share * choice.scale;
    }
  }
  return { ids, shares };
}

function scoresOf(logits: Floats, kind: ExpertChoice["score"]): Float64Array {
  if (kind === "sigmoid") return Float64Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
  const most = logits.reduce((largest, logit) => Math.max(largest, logit), Number.NEGATIVE_INFINITY);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - most));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}

/** Experts of the best groups. */
function openExperts(scores: Float64Array, { groups, topGroups, groupScore }: ExpertChoice): readonly number[] {
  const size = Math.floor(scores.length / groups);
  const members = (group: number) => Array.from({ length: size }, (_, at) => group * size + at);
  const worth = Float64Array.from({ length: groups }, (_, group) => {
    const [first = 0, second = 0] = best(members(group), scores).map((expert) => scores[expert] ?? 0);
    return groupScore === "best" ? first : first + second;
  });
  return best(
    Array.from({ length: groups }, (_, group) => group),
    worth,
  )
    .slice(0, topGroups)
    .flatMap(members);
}

/** Numbers by what they count, the most first. */
function best(numbers: readonly number[], worth: Float64Array): readonly number[] {
  return numbers.toSorted((a, b) => (worth[b] ?? 0) - (worth[a] ?? 0) || a - b);
}
