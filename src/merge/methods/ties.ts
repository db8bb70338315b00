import { taskVectorMethod } from "../facts/taskVectorMethod";
import { keepLargest } from "../sparsify/largest";

/** Trim each task vector to its largest elements, elect a sign per element, and average the models that agree with it. */
export const ties = taskVectorMethod({
  id: "ties",
  label: "TIES",
  paper: {
    title: "TIES-Merging: Resolving Interference When Merging Models",
    url: "https://arxiv.org/abs/2306.01708",
  },
  sparsifier: keepLargest,
  consensus: true,
  normalize: true,
  rescale: false,
});
