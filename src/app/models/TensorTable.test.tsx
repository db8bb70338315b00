import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it } from "vitest";
import type { TensorRow } from "../../engine/protocol/protocol";
import { showing } from "../showing.testing";
import { TensorTable } from "./TensorTable";

const tensors: TensorRow[] = Array.from({ length: 5000 }, (_, layer) => ({
  name: `model.layers.${layer}.self_attn.q_proj.weight`,
  dtype: layer % 2 === 0 ? "BF16" : "F32",
  shape: [64, 128],
  bytes: 1024,
  file: "model.safetensors",
}));

it("draws the rows that can be seen, and finds by every word of name, type and shape", async () => {
  // A screen for ten rows.
  for (const [side, value] of Object.entries({
    clientWidth: 800,
    clientHeight: 260,
    offsetWidth: 800,
    offsetHeight: 260,
  })) {
    Object.defineProperty(HTMLElement.prototype, side, { configurable: true, value });
  }
  await showing(<TensorTable tensors={tensors} />);
  await waitFor(() => expect(screen.getAllByRole("row").length).toBeGreaterThan(5));
  expect(screen.getAllByRole("row").length).toBeLessThan(100);
  expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("5001");

  fireEvent.change(screen.getByRole("textbox"), { target: { value: "layers.42. bf16 64x128" } });
  await waitFor(() => expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("2"));
  expect(screen.getByRole("cell", { name: "model.layers.42.self_attn.q_proj.weight" })).toBeDefined();
  fireEvent.change(screen.getByRole("textbox"), { target: { value: "layers.42. f32" } });
  await waitFor(() => expect(screen.getByRole("table").getAttribute("aria-rowcount")).toBe("1"));
});
