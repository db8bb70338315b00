import { describe, expect, it } from "vitest";
import type { MergeProgress } from "./events";
import { Progress } from "./progress";

/** A progress of 1000 bytes in each lane, on a clock that the test moves. */
function started() {
  const events: MergeProgress[] = [];
  const clock = { ms: 0 };
  const progress = new Progress({
    totals: { fetch: 1000, merge: 1000, write: 1000 },
    tensors: 2,
    memory: () => ({ lent: 1, held: 2, peak: 3 }),
    onEvent: (event) => events.push(event),
    now: () => clock.ms,
  });
  return { progress, events, clock };
}

describe("Progress", () => {
  it("sends at most ten events a second", () => {
    const { progress, events, clock } = started();
    for (; clock.ms < 1000; clock.ms++) progress.add("fetch", 1);
    expect(events).toHaveLength(10);
  });

  it("sends at once when asked", () => {
    const { progress, events } = started();
    progress.at("x");
    progress.tensorDone();
    progress.send();
    expect(events.at(-1)).toMatchObject({ tensor: "x", tensorsDone: 1, tensors: 2, memory: { peak: 3 } });
  });

  it("knows the rate of the last seconds and the time that the slowest lane needs", () => {
    const { progress, events, clock } = started();
    clock.ms = 400;
    progress.add("fetch", 50);
    expect(events.at(-1)).toMatchObject({ fetch: { rate: 0 } });
    expect(events.at(-1)).not.toHaveProperty("eta");
    for (clock.ms = 1000; clock.ms <= 10_000; clock.ms += 1000) {
      progress.add("fetch", 50);
      progress.add("merge", 40);
      progress.add("write", 20);
      progress.send();
    }
    expect(events.at(-1)).toMatchObject({
      fetch: { rate: 50 },
      merge: { rate: 40 },
      write: { rate: 20, done: 200 },
      eta: 40,
    });
  });

  it("counts what an earlier try did as done, not as fast", () => {
    const { progress, events, clock } = started();
    progress.skip({ fetch: 500, merge: 500, write: 500 });
    clock.ms = 1000;
    progress.add("write", 100);
    expect(events.at(-1)).toMatchObject({ tensorsDone: 1, write: { done: 600, rate: 100 } });
  });
});
