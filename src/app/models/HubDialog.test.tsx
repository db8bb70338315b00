import { fireEvent, screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import type { EngineClient } from "../../engine/boundary/client";
import type { HubHit } from "../../engine/protocol/protocol";
import { hubError } from "../../hub/errors";
import { showing } from "../showing.testing";
import HubDialog from "./HubDialog";

const hit: HubHit = {
  repo: "org/tiny",
  parameters: 1_000_000,
  downloads: 1200,
  likes: 3,
  updated: "2026-01-02T00:00:00.000Z",
  gated: false,
};
const open = (engine: Partial<EngineClient>) => showing(<HubDialog />, { state: { dialog: "hub" }, engine });
const write = (value: string) => fireEvent.change(screen.getByRole("textbox"), { target: { value } });
const results = async () => (await screen.findAllByRole("listitem")).map(({ textContent }) => textContent);

describe("looking for a model on the Hub", () => {
  it("asks once the typing rests, lists what was found, and adds what is picked", async () => {
    const searchHub = vi.fn<EngineClient["searchHub"]>(async () => [hit]);
    const addModel = vi.fn<EngineClient["addModel"]>(async () => Promise.reject(new Error("Not opened here.")));
    const studio = await open({ searchHub, addModel });
    for (const text of ["t", "ti", "tin", "tiny"]) write(text);
    expect((await results())[0]).toContain("org/tiny");
    expect(searchHub.mock.calls.map(([query]) => query)).toEqual(["tiny"]);
    fireEvent.click(screen.getByRole("button", { name: "Add org/tiny" }));
    await waitFor(() => expect(addModel.mock.calls[0]?.[0]).toMatchObject({ kind: "hub", repo: "org/tiny" }));
    expect(studio.getState().dialog).toBeUndefined();
  });

  it("takes an address with its revision as it is", async () => {
    const addModel = vi.fn<EngineClient["addModel"]>(async () => Promise.reject(new Error("Not opened here.")));
    await open({ addModel });
    write("https://huggingface.co/org/tiny/tree/v2");
    fireEvent.submit(screen.getByRole("textbox"));
    await waitFor(() =>
      expect(addModel.mock.calls[0]?.[0]).toMatchObject({ kind: "hub", repo: "org/tiny", revision: "v2" }),
    );
  });

  it("does not ask for one letter, and cannot add words", async () => {
    const searchHub = vi.fn<EngineClient["searchHub"]>(async () => []);
    await open({ searchHub });
    write("t");
    expect(screen.getByRole("button", { name: "Add" }).hasAttribute("disabled")).toBe(true);
    write("tiny words");
    expect(await screen.findByText("No model found. Try fewer words, or the whole id.")).toBeDefined();
    expect(searchHub.mock.calls.map(([query]) => query)).toEqual(["tiny words"]);
    expect(screen.getByRole("button", { name: "Add" }).hasAttribute("disabled")).toBe(true);
  });

  it("says what kept the Hub from answering", async () => {
    const searchHub: EngineClient["searchHub"] = () =>
      Promise.reject(hubError("hub/unreachable", { host: "hub.test" }));
    await open({ searchHub });
    write("tiny");
    expect((await screen.findByRole("alert")).textContent).toContain("hub.test");
  });
});
