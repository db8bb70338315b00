import { describe, expect, it } from "vitest";
import { retryDelay, waitSeconds } from "./backoff";

describe("waiting", () => {
  it("doubles from one second to eight, with up to a quarter more", () => {
    [1000, 2000, 4000, 8000, 8000].forEach((least, failures) => {
      const delay = retryDelay(failures + 1);
      expect(delay).toBeGreaterThanOrEqual(least);
      expect(delay).toBeLessThanOrEqual(least * 1.25);
    });
  });

  it.each([
    ['"api";r=0;t=55', 56],
    ['"api"; r=0; t=7', 8],
    ['"resolvers";t=20;r=0', 21],
    ['"api";r=3;t=55', 15],
    ['"api";r=0;t=99999', 300],
    ["nonsense", 15],
  ])("reads %s as %i s", (header, seconds) => {
    expect(waitSeconds(new Headers({ RateLimit: header }), 0)).toBe(seconds);
  });

  it("waits longer each time it is not told how long", () => {
    expect([0, 1, 2, 3, 4, 5].map((waits) => waitSeconds(new Headers(), waits))).toEqual([15, 30, 60, 120, 300, 300]);
  });
});
