import { describe, expect, it } from "vitest";
import { axisFor, logAxis, onAxis } from "./scale";

describe("axes", () => {
  it("are linear for values of one size, with round ticks inside", () => {
    const { scale, domain, ticks } = axisFor([1, 2]);
    expect(scale).toBe("linear");
    expect(domain[0]).toBeLessThan(1);
    expect(ticks).toEqual([1, 1.5, 2]);
  });

  it("do not blow up noise", () => {
    const { domain } = axisFor([1, 1.0001], { least: 0.02 });
    expect(domain[1] - domain[0]).toBeGreaterThan(0.02);
  });

  it("are logarithmic where a value dwarfs the others", () => {
    const { scale, ticks } = axisFor([1, 2, 30]);
    expect(scale).toBe("log");
    expect(ticks).toEqual([1, 2, 5, 10, 20]);
  });

  it("keep what is ordinary in sight when something is beyond all bounds, which is drawn at the end", () => {
    const axis = axisFor([1, 2, 1e30]);
    expect(axis.domain[0]).toBeLessThan(1);
    expect(onAxis(1e30, axis)).toBe(axis.domain[1]);
    expect(onAxis(2, axis)).toBe(2);
  });

  it("start at 0 where that is asked, and put 0 at the foot of a logarithmic one", () => {
    expect(axisFor([0, 0.3], { zero: true }).domain[0]).toBe(0);
    const axis = axisFor([0, 0.001, 30], { zero: true });
    expect(axis.scale).toBe("log");
    expect(onAxis(0, axis)).toBe(axis.domain[0]);
  });

  it.each([[[]], [[5]], [[0, 0]], [[Number.NaN, 1]]])("exist for %j", (values) => {
    const { domain, ticks } = axisFor(values, { zero: true });
    expect(domain[1]).toBeGreaterThan(domain[0]);
    expect(ticks.length).toBeGreaterThan(0);
  });

  it("thin their ticks out over many powers of ten", () => {
    expect(logAxis(1, 1e12).ticks.length).toBeLessThan(9);
  });

  it("have a place for what is no number: at the top", () => {
    const linear = axisFor([1, 2]);
    expect([Number.NaN, Number.POSITIVE_INFINITY].map((value) => onAxis(value, linear))).toEqual([
      linear.domain[1],
      linear.domain[1],
    ]);
    const log = axisFor([1, 100]);
    expect(onAxis(Number.NaN, log)).toBe(log.domain[1]);
  });
});
