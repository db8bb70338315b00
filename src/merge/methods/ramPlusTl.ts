import { arithmetic } from "../arithmetic";
import { defineMethod } from "../facts/defineMethod";
import { EPSILON, type Moved, RAM_PAPER } from "../facts/reinforcement";

/** `1 + r·clamp(shared / alone, 0, alpha)`: the more a model shares with others, the more weight has what it does not. */
function factorOf({ shared, alone }: Moved, { r, alpha, epsilon }: { r: number; alpha: number; epsilon: number }) {
  return 1 + r * Math.min(Math.max(shared / Math.max(alone, epsilon), 0), alpha);
}

/** As RAM, but what a single model moves is enlarged, tensor by tensor, to make up for what averaging takes from it. */
export const ramPlusTl = defineMethod({
  id: "ramplus_tl",
  label: "RAM+ (by tensor)",
  paper: RAM_PAPER,
  inputs: { others: { min: 0, max: Number.POSITIVE_INFINITY }, base: "required" },
  parameters: {
    r: { kind: "number", default: 0.1, range: [0, 1], step: 0.01 },
    alpha: { kind: "number", default: 0.2, range: [0, 1], step: 0.01 },
    epsilon: EPSILON,
  },
  perModel: {},
  whenShort: "base",
  unlikeEmbeddings: "error",
  skipsUnlikeShapes: false,

  unchanged: ({ inputs }) => (inputs.length === 1 ? 0 : undefined),

  async prepare({ parameters }, tools) {
    const { countMoved, reinforced } = await arithmetic();
    const moved = await countMoved(parameters.epsilon, tools);
    return reinforced(
      parameters.epsilon,
      moved.map((model) => factorOf(model, parameters)),
    );
  },
});
