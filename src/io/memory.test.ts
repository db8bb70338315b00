import { expect, it } from "vitest";
import { MemoryFolder, MemoryOutput, memorySource } from "./memory";
import { patterned } from "./sources.testing";

it("reads copies of exactly the bytes asked for", async () => {
  const bytes = patterned(100);
  const source = memorySource("m", bytes);
  const got = await source.read(10, 20);
  expect(got).toEqual(bytes.slice(10, 20));
  got.fill(0);
  expect(await source.read(10, 20)).toEqual(bytes.slice(10, 20));
  expect(await source.read(100, 100)).toEqual(new Uint8Array(0));
});

it.each([
  [-1, 5],
  [5, 4],
  [0, 101],
  [0.5, 2],
  [Number.NaN, 5],
])("refuses the range %d to %d", async (start, end) => {
  await expect(memorySource("m", new Uint8Array(100)).read(start, end)).rejects.toMatchObject({
    code: "io/range",
    facts: { size: 100 },
  });
});

it("lists and opens the files of a folder", async () => {
  const folder = new MemoryFolder("m", { "a.json": patterned(3), "b/c": patterned(5) });
  expect(await folder.list()).toEqual([
    { path: "a.json", size: 3 },
    { path: "b/c", size: 5 },
  ]);
  expect((await folder.open("b/c")).size).toBe(5);
  await expect(folder.open("b")).rejects.toMatchObject({ code: "io/not-found" });
  expect(() => new MemoryFolder("m", { "../a": patterned(1) })).toThrowError(
    expect.objectContaining({ code: "io/path" }),
  );
});

it("checks where and when is written", async () => {
  const sink = await new MemoryOutput().create("f", { size: 4 });
  await expect(sink.write(patterned(3), 2)).rejects.toMatchObject({ code: "io/range" });
  await expect(sink.close()).rejects.toMatchObject({ code: "io/incomplete", facts: { expected: 4, got: 0 } });
  await sink.write(patterned(4), 0);
  await sink.close();
  await expect(sink.write(patterned(1), 0)).rejects.toMatchObject({ code: "io/closed" });
  await expect(sink.close()).rejects.toMatchObject({ code: "io/closed" });
});
