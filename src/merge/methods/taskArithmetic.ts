import { taskVectorMethod } from "../facts/taskVectorMethod";
import { keepAll } from "../sparsify/all";

/** `b + λ·Σ wᵢ·(xᵢ − b)`. With weights of 1 and two models it is the diff merge A + B − base. */
export const taskArithmetic = taskVectorMethod({
  id: "task_arithmetic",
  label: "Task Arithmetic",
  paper: { title: "Editing Models with Task Arithmetic", url: "https://arxiv.org/abs/2212.04089" },
  sparsifier: keepAll,
  consensus: false,
  normalize: false,
  rescale: false,
});
