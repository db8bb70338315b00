import { taskVectorMethod } from "../facts/taskVectorMethod";
import { DELLA_PAPER, keepRanked } from "../sparsify/ranked";

/** Drop elements of each task vector at random, small ones more often, weight the rest, and add. */
export const dellaLinear = taskVectorMethod({
  id: "della_linear",
  label: "DELLA Linear",
  paper: DELLA_PAPER,
  sparsifier: keepRanked,
  consensus: false,
  normalize: false,
  rescale: true,
});
