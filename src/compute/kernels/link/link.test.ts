import { expect, it } from "vitest";
import { expand } from "./link";

it("repeats lines for every number of a list", () => {
  expect(expand("a\n//#each k\nx$k + u.w_$k;\n//#end\nb", { k: [0, 1] })).toBe("a\nx0 + u.w_0;\nx1 + u.w_1;\nb");
});

it("nests, and starts from an outer loop's number", () => {
  const pairs = "//#each o\n//#each j from o\n($o,$j)\n//#end\n//#end";
  expect(expand(pairs, { o: [1, 2], j: [0, 1, 2] })).toBe("(1,1)\n(1,2)\n(2,2)");
});

it("nests, and starts behind an outer loop's number", () => {
  const pairs = "//#each o\n//#each j after o\n($o,$j)\n//#end\n//#end";
  expect(expand(pairs, { o: [1, 2, 3], j: [0, 1, 2, 3] })).toBe("(1,2)\n(1,3)\n(2,3)");
});

it("drops the lines of an empty list", () => {
  expect(expand("a\n  //#each r\nnever\n  //#end\nb", { r: [] })).toBe("a\nb");
});

it("leaves other dollar signs alone", () => {
  expect(expand("$z $k", { k: [0] })).toBe("$z $k");
});

it.each([
  ["//#each q\n//#end", /No list "q"/],
  ["//#each k\nx", /no "\/\/#end"/],
  ["x\n//#end", /without "\/\/#each" in line 2/],
])("refuses %j", (template, message) => {
  expect(() => expand(template, { k: [0] })).toThrow(message);
});
