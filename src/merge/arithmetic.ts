/**
 * What methods compute with, on every device: one part, which comes when something is merged. What a plan and a form must know of
 * methods is all that the first screen loads.
 */
export const arithmetic = () => import("./arithmetic/all");
