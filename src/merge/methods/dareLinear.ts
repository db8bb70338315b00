import { taskVectorMethod } from "../facts/taskVectorMethod";
import { DARE_PAPER, keepRandom } from "../sparsify/random";

/** Drop random elements of each task vector, scale the rest up to its former L1 norm, and add. */
export const dareLinear = taskVectorMethod({
  id: "dare_linear",
  label: "DARE Linear",
  paper: DARE_PAPER,
  sparsifier: keepRandom,
  consensus: false,
  normalize: false,
  rescale: true,
});
