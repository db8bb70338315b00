import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { EngineClient } from "../../engine/boundary/client";
import { hubError } from "../../hub/errors";
import { failureOf } from "../../state/failure";
import type { ModelEntry } from "../../state/models/models";
import { type Showing, showing } from "../showing.testing";
import { ModelCard } from "./ModelCard";

const failure = failureOf(hubError("hub/not-found", { repo: "org/name" }));
const failed: ModelEntry = { id: "1", origin: { kind: "hub", repo: "org/name" }, status: "failed", failure };
const card = (entry: ModelEntry, more: Showing = {}) =>
  showing(<ModelCard entry={entry} index={0} />, { ...more, state: { models: [entry] } });
const offered = () => screen.getAllByRole("button").flatMap(({ textContent }) => textContent || []);

describe("the card of a model that is not open", () => {
  it("says why its opening failed, and tries again when told to", async () => {
    const addModel = vi.fn<EngineClient["addModel"]>(async () => Promise.reject(new Error("Still not there.")));
    const studio = await card(failed, { engine: { addModel } });
    expect(screen.getByRole("alert").textContent).toContain("No model is named org/name, or it is private.");
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await waitFor(() => expect(addModel.mock.calls[0]?.[0]).toMatchObject({ kind: "hub", repo: "org/name" }));
    await waitFor(() => expect(studio.getState().models[0]?.status).toBe("failed"));
  });

  it("says it in Japanese", async () => {
    await card(failed, { language: "ja" });
    expect(screen.getByRole("alert").textContent).toContain("org/name というモデルはないか、非公開です。");
    expect(offered()).toEqual(["再試行"]);
  });

  it("cannot be inspected", async () => {
    await card(failed);
    expect(screen.queryByRole("button", { name: "Inspect org/name" })).toBeNull();
  });

  it("asks for leave to read a folder of an earlier visit", async () => {
    const handle = { name: "my-model" } as FileSystemDirectoryHandle;
    await card({ id: "1", origin: { kind: "directory", handle }, status: "waiting", needs: "permission" });
    expect(screen.getByRole("listitem").textContent).toContain("The browser asks again after a reload");
    expect(offered()).toEqual(["Allow reading"]);
  });

  it("asks for dropped files that the browser forgot, as a folder or as files", async () => {
    const origin = { kind: "files", name: "my-model", files: [] } as const;
    await card({ id: "1", origin, status: "waiting", needs: "files" });
    expect(screen.getByRole("listitem").textContent).toContain("Dropped files are forgotten at a reload.");
    expect(offered()).toEqual(["Model folder…", "Files…"]);
  });

  it("tells that it is being opened, unless the engine has stopped", async () => {
    const opening: ModelEntry = { id: "1", origin: { kind: "hub", repo: "org/name" }, status: "opening" };
    const studio = await card(opening);
    expect(screen.getByRole("listitem").textContent).toContain("Reading headers…");
    studio.setState({ engineFailure: failure });
    await waitFor(() => expect(screen.getByRole("listitem").textContent).not.toContain("Reading headers…"));
  });
});
