import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeOf, windowFor, windowsOf } from "./windows";

const range = (length: number) => Array.from({ length }, (_, i) => i);

describe("windowsOf", () => {
  it("leaves a text that fits whole", () => {
    expect(windowsOf(range(4), 4)).toEqual([[0, 1, 2, 3]]);
    expect(windowsOf([], 4)).toEqual([[]]);
  });

  it("begins each further window with the token before it", () => {
    expect(windowsOf(range(9), 4)).toEqual([
      [0, 1, 2, 3],
      [3, 4, 5, 6, 7],
      [7, 8],
    ]);
  });

  it("predicts every token once, and finds every position again", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 2, max: 12 }), (length, size) => {
        const windows = windowsOf(range(length), size);
        expect(windows.flatMap((window) => window.slice(1))).toEqual(range(length).slice(1));
        for (const at of range(length)) {
          const place = placeOf(at, size);
          expect(windows[place.window]?.[place.at]).toBe(at);
        }
      }),
    );
  });
});

describe("windowFor", () => {
  it("is what all models were made for, and no more than is affordable", () => {
    expect(windowFor([])).toBe(2048);
    expect(windowFor([undefined, 131_072])).toBe(2048);
    expect(windowFor([256, 1024, undefined])).toBe(256);
  });
});
