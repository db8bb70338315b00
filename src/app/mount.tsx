import { createRoot } from "react-dom/client";
import type { Studio } from "../state/studio";
import { App } from "./App";

/** Draws the studio, and keeps it drawn. `forgetVisit` is the way out of a visit that cannot be drawn. */
export function mount(studio: Studio, place: HTMLElement, forgetVisit: () => Promise<void>): void {
  createRoot(place).render(<App studio={studio} forgetVisit={forgetVisit} />);
}
