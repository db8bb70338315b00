import { taskVectorMethod } from "../facts/taskVectorMethod";
import { DARE_PAPER, keepRandom } from "../sparsify/random";

/** As `dare_linear`, with the sign election of TIES. */
export const dareTies = taskVectorMethod({
  id: "dare_ties",
  label: "DARE TIES",
  paper: DARE_PAPER,
  sparsifier: keepRandom,
  consensus: true,
  normalize: false,
  rescale: true,
});
