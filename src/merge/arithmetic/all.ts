/* Everything that methods compute with, in one part: see `arithmetic`. */

export { columnsOf, rowsOf } from "../../compute/kernels/common/fibres";
export { gram } from "../../compute/kernels/reduce/gram";
export { fuseImportant } from "./arceeFusion";
export { near } from "./nearswap";
export { countMoved, reinforced } from "./reinforced";
export { fuse } from "./sce";
export { span } from "./span";
export { keepAll } from "./sparse/all";
export { keepLargest } from "./sparse/largest";
export { keepMiddle } from "./sparse/middle";
export { keepRandom } from "./sparse/random";
export { keepRanked } from "./sparse/ranked";
export { addTaskVectors } from "./taskVectors";
export { weightedSum } from "./weightedSum";
