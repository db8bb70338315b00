import { taskVectorMethod } from "../facts/taskVectorMethod";
import { BREADCRUMBS_PAPER, keepMiddle } from "../sparsify/middle";

/** As `breadcrumbs`, with the sign election of TIES. */
export const breadcrumbsTies = taskVectorMethod({
  id: "breadcrumbs_ties",
  label: "Breadcrumbs TIES",
  paper: BREADCRUMBS_PAPER,
  sparsifier: keepMiddle,
  consensus: true,
  normalize: false,
  rescale: false,
});
