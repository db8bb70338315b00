import { fireEvent, screen, waitFor } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import type { StorageFacts } from "../../engine/protocol/protocol";
import { showing } from "../showing.testing";
import StoragePanel from "./StoragePanel";

const storage: StorageFacts = {
  usage: 2_000_000_000,
  quota: 8_000_000_000,
  persisted: false,
  cache: [{ repo: "org/tiny", revision: "c0ffee0123", bytes: 1_000_000_000, lastUsed: 0 }],
};

it("tells how full it is, and forgets one model of the Hub at the revision that is listed", async () => {
  const evict = vi.fn(async (_repo: string, _revision: string) => undefined);
  await showing(<StoragePanel />, { state: { storage }, engine: { evict } });
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("25");
  expect(screen.getByText("c0ffee0")).toBeDefined();
  fireEvent.click(screen.getByRole("button", { name: "Remove org/tiny from the cache" }));
  await waitFor(() => expect(evict.mock.calls).toEqual([["org/tiny", "c0ffee0123"]]));
});

it("says so when the browser will not promise to keep it", async () => {
  const facts = async () => storage;
  await showing(<StoragePanel />, { state: { storage }, engine: { persist: async () => false, storage: facts } });
  fireEvent.click(screen.getByRole("button", { name: "Keep it" }));
  expect(await screen.findByText(/The browser declined\./)).toBeDefined();
});

it("has no button once it is kept, and says when nothing is cached", async () => {
  await showing(<StoragePanel />, { state: { storage: { ...storage, quota: 0, persisted: true, cache: [] } } });
  expect(screen.queryAllByRole("button")).toEqual([]);
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("0");
  expect(screen.getByText(/Nothing is cached\./)).toBeDefined();
});
