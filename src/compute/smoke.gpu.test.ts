import { expect, it } from "vitest";

it("has an adapter", async () => {
  const adapter = await navigator.gpu?.requestAdapter();
  expect(adapter).toBeTruthy();
});
