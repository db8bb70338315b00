import { expect, it } from "vitest";
import { toCsv } from "./table";

it("writes figures in full, quotes what needs it, and nothing a spreadsheet would run", () => {
  const rows = [
    ["埋め込み, 0", 0.1 + 0.2, undefined],
    ['say "x"', 1e-9, "=1+1"],
  ];
  expect(toCsv({ columns: ["a", "b", "c"], rows })).toBe(
    '\u{feff}a,b,c\r\n"埋め込み, 0",0.30000000000000004,\r\n"say ""x""",1e-9,\'=1+1\r\n',
  );
});
