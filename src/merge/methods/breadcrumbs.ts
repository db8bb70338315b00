import { taskVectorMethod } from "../facts/taskVectorMethod";
import { BREADCRUMBS_PAPER, keepMiddle } from "../sparsify/middle";

/** Drop the smallest and the very largest elements of each task vector, weight the rest, and add. */
export const breadcrumbs = taskVectorMethod({
  id: "breadcrumbs",
  label: "Breadcrumbs",
  paper: BREADCRUMBS_PAPER,
  sparsifier: keepMiddle,
  consensus: false,
  normalize: false,
  rescale: false,
});
