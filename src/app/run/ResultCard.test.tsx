import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { EngineClient } from "../../engine/boundary/client";
import { finished } from "../../state/engine.testing";
import { showing } from "../showing.testing";
import ResultCard from "./ResultCard";

const card = <ResultCard report={finished} directory={undefined} outdated={undefined} isBase={false} />;

it("shows how much of a result is in its folder, and stops there when told to", async () => {
  let stopped = false;
  const exportResult = vi.fn<EngineClient["exportResult"]>(async (_id, _directory, watch) => {
    watch?.onEvent?.({ done: 1, total: 4, rate: 0 });
    await new Promise((_, reject) => watch?.signal?.addEventListener("abort", () => reject(watch.signal?.reason)));
  });
  const studio = await showing(card, { engine: { exportResult } });
  const saving = studio.getState().exportResult(finished.id, { name: "out" } as FileSystemDirectoryHandle);
  saving.finally(() => (stopped = true));
  const bar = await screen.findByRole("progressbar");
  await waitFor(() => expect(bar.getAttribute("aria-valuenow")).toBe("25"));
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(stopped).toBe(true));
  expect(screen.queryByRole("progressbar")).toBeNull();
  expect(screen.queryByRole("alert")).toBeNull();
});
