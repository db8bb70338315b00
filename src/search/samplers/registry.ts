import { cmaesSampler } from "./cmaes/cmaes";
import { gridSampler } from "./grid";
import { nsgaSampler } from "./nsga";
import { randomSampler } from "./random";
import { tpeSampler } from "./tpe/tpe";

/** Every way to search. */
export const SAMPLERS = [cmaesSampler, tpeSampler, nsgaSampler, randomSampler, gridSampler] as const;
