import { expect, it } from "vitest";
import { Throttle } from "./throttle";

it("sends the first at once, then the newest of each interval, and the last when flushed", () => {
  let now = 0;
  const sent: number[] = [];
  const throttle = new Throttle<number>(
    100,
    (value) => sent.push(value),
    () => now,
  );
  for (const [at, value] of [
    [0, 1],
    [50, 2],
    [100, 3],
    [110, 4],
    [150, 5],
  ] as const) {
    now = at;
    throttle.push(value);
  }
  expect(sent).toEqual([1, 3]);
  throttle.flush();
  throttle.flush();
  expect(sent).toEqual([1, 3, 5]);
});
