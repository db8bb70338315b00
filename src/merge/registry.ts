import type { MethodFacts } from "../recipe/facts";
import { mergeFailure } from "./failures";
import { arceeFusion } from "./methods/arceeFusion";
import { breadcrumbs } from "./methods/breadcrumbs";
import { breadcrumbsTies } from "./methods/breadcrumbsTies";
import { dareLinear } from "./methods/dareLinear";
import { dareTies } from "./methods/dareTies";
import { della } from "./methods/della";
import { dellaLinear } from "./methods/dellaLinear";
import { karcher } from "./methods/karcher";
import { linear } from "./methods/linear";
import { modelStock } from "./methods/modelStock";
import { multislerp } from "./methods/multislerp";
import { nearswap } from "./methods/nearswap";
import { nuslerp } from "./methods/nuslerp";
import { passthrough } from "./methods/passthrough";
import { ram } from "./methods/ram";
import { ramPlusTl } from "./methods/ramPlusTl";
import { sce } from "./methods/sce";
import { slerp } from "./methods/slerp";
import { taskArithmetic } from "./methods/taskArithmetic";
import { ties } from "./methods/ties";
import type { MergeMethod } from "./types";

/** Every merge method, in the order a menu offers them. */
export const methods: readonly MergeMethod[] = [
  linear,
  slerp,
  nuslerp,
  multislerp,
  karcher,
  taskArithmetic,
  ties,
  dareLinear,
  dareTies,
  della,
  dellaLinear,
  breadcrumbs,
  breadcrumbsTies,
  modelStock,
  nearswap,
  arceeFusion,
  ram,
  ramPlusTl,
  sce,
  passthrough,
];

/** The same without their arithmetic: what the planner, the form and the completion need. */
export const methodFacts: readonly MethodFacts[] = methods.map(({ prepare, unchanged, ...facts }) => facts);

/** @throws {AwaseError} `merge/unknown-method` */
export function findMethod(id: string): MergeMethod {
  const found = methods.find((method) => method.id === id);
  if (found) return found;
  const known = methods.map((method) => method.id).join(", ");
  throw mergeFailure("merge/unknown-method", { method: id, known });
}
