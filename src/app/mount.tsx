import { createRoot } from "react-dom/client";
import type { Studio } from "../state/studio";
import { App } from "./App";
import type { Rescue } from "./parts/Boundary";

/** Draws the studio, and keeps it drawn. `rescue` is told when that fails. */
export function mount(studio: Studio, place: HTMLElement, rescue: Rescue): void {
  createRoot(place).render(<App studio={studio} rescue={rescue} />);
}
