import { createRoot } from "react-dom/client";
import type { Studio } from "../state/studio";
import { App } from "./App";

/** Draws the studio, and keeps it drawn. */
export function mount(studio: Studio, place: HTMLElement): void {
  createRoot(place).render(<App studio={studio} />);
}
