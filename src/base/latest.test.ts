import { expect, it } from "vitest";
import { latest } from "./latest";

it("gives up a turn that a later one overtakes", () => {
  const asking = latest();
  const first = asking.begin();
  expect([first.newest, first.signal.aborted]).toEqual([true, false]);
  const second = asking.begin();
  expect([first.newest, first.signal.aborted]).toEqual([false, true]);
  expect([second.newest, second.signal.aborted]).toEqual([true, false]);
});

it("ends a turn that is stopped, which stays the newest until another begins", () => {
  const asking = latest();
  const turn = asking.begin();
  asking.stop();
  expect([turn.newest, turn.signal.aborted]).toEqual([true, true]);
  expect(asking.begin().signal.aborted).toBe(false);
});
