import { taskVectorMethod } from "../facts/taskVectorMethod";
import { DELLA_PAPER, keepRanked } from "../sparsify/ranked";

/** Drop elements of each task vector at random, small ones more often; elect a sign for every element; and take the weighted mean of those. */
export const della = taskVectorMethod({
  id: "della",
  label: "DELLA",
  paper: DELLA_PAPER,
  sparsifier: keepRanked,
  consensus: true,
  normalize: true,
  rescale: true,
});
