import { expect, it } from "vitest";
import { bytesInWords } from "./bytes";

it.each([
  [0, "0 B"],
  [0.4, "0.4 B"],
  [999, "999 B"],
  [1000, "1 kB"],
  [350_123, "350 kB"],
  [1_449_000_000, "1.45 GB"],
  [12_345_678_901_234, "12.3 TB"],
])("%d bytes are said as %s", (bytes, words) => {
  expect(bytesInWords(bytes)).toBe(words);
});
