import { expect, it } from "vitest";
import { fileSource, filesFolder } from "./file";
import { patterned } from "./sources.testing";

it("reads slices of a blob and nothing more", async () => {
  const slices: [number | undefined, number | undefined][] = [];
  const blob = new Blob([patterned(1000)]);
  const source = fileSource(
    new Proxy(blob, {
      get(target, key) {
        if (key === "slice") {
          return (start?: number, end?: number) => {
            slices.push([start, end]);
            return target.slice(start, end);
          };
        }
        if (key === "arrayBuffer" || key === "stream") throw new Error("the whole blob was read");
        return Reflect.get(target, key, target);
      },
    }),
    "f",
  );
  expect(await source.read(10, 30)).toEqual(patterned(1000).slice(10, 30));
  expect(slices).toEqual([[10, 30]]);
});

it("tells a file that changed since it was picked", async () => {
  const gone = new Blob([patterned(10)]);
  gone.slice = () => {
    const slice = new Blob([]);
    slice.arrayBuffer = () => Promise.reject(new DOMException("gone", "NotReadableError"));
    return slice;
  };
  await expect(fileSource(gone, "f").read(0, 10)).rejects.toMatchObject({
    code: "io/unreadable",
    facts: { name: "f", size: 10 },
  });
});

it("tells too few bytes", async () => {
  const short = new Blob([patterned(10)]);
  short.slice = () => new Blob([patterned(4)]);
  await expect(fileSource(short, "f").read(0, 10)).rejects.toMatchObject({ code: "io/short-read", facts: { got: 4 } });
});

it("leaves out the folder that all paths share", async () => {
  const file = new Blob([patterned(3)]);
  const paths = async (list: string[]) =>
    (
      await filesFolder(
        "m",
        list.map((path) => ({ path, file })),
      ).list()
    ).map(({ path }) => path);
  expect(await paths(["m/config.json", "m/sub/a"])).toEqual(["config.json", "sub/a"]);
  expect(await paths(["/m/config.json", "./m/a"])).toEqual(["config.json", "a"]);
  expect(await paths(["config.json", "m/a"])).toEqual(["config.json", "m/a"]);
  expect(await paths(["a/x", "b/x"])).toEqual(["a/x", "b/x"]);
  expect(await paths([])).toEqual([]);
});

it("opens by path, and no path leaves the folder", async () => {
  const folder = filesFolder("m", [{ path: "m/a", file: new Blob([patterned(3)]) }]);
  expect((await folder.open("a")).size).toBe(3);
  await expect(folder.open("m/a")).rejects.toMatchObject({ code: "io/not-found" });
  expect(() => filesFolder("m", [{ path: "../a", file: new Blob([]) }])).toThrowError(
    expect.objectContaining({ code: "io/path" }),
  );
});
