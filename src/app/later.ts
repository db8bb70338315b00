import type { Engine } from "../engine/protocol/engine";
import { whenIdle } from "./parts/browser/whenIdle";

/** What the page itself shows of a merge: while it is measured, and when it is done. */
const PAGE = [
  () => import("./charts/Charts"),
  () => import("./measure/MeasuredFacts"),
  () => import("./guard/GuardOutcome"),
  () => import("./run/ResultCard"),
  () => import("./history/ResultsTable"),
];

/**
 * Loads what a first merge will ask for once the first screen is done and nobody waits: the engine's later parts, and the page's.
 * From then on the page needs no network but the Hub's. What cannot be loaded now is asked for again when it is needed.
 */
export function bringLater(engine: Pick<Engine, "warm">): void {
  whenIdle(() => void Promise.allSettled([engine.warm(), ...PAGE.map((load) => load())]));
}
