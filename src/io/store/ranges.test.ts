import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ByteRange } from "../types";
import { cutRanges, intersect, joinRanges, Segments, subtractRanges, totalBytes } from "./ranges";

const SIZE = 60;
const range = fc.tuple(fc.nat(SIZE), fc.nat(SIZE)).map(([a, b]) => ({ start: Math.min(a, b), end: Math.max(a, b) }));
const ranges = fc.array(range, { maxLength: 8 });

/** The bytes themselves: the truth that ranges only abbreviate. */
const bytesOf = (list: readonly ByteRange[]) =>
  new Set(list.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)));
const without = (a: Set<number>, b: Set<number>) => new Set([...a].filter((byte) => !b.has(byte)));
const shared = (a: Set<number>, b: Set<number>) => new Set([...a].filter((byte) => b.has(byte)));

it("joins what touches or overlaps", () => {
  const given = [
    { start: 4, end: 6 },
    { start: 0, end: 2 },
    { start: 2, end: 3 },
    { start: 5, end: 9 },
    { start: 7, end: 7 },
  ];
  expect(joinRanges(given)).toEqual([
    { start: 0, end: 3 },
    { start: 4, end: 9 },
  ]);
});

it("cuts what is too long", () => {
  expect(
    cutRanges(
      [
        { start: 1, end: 8 },
        { start: 9, end: 10 },
      ],
      3,
    ),
  ).toEqual([
    { start: 1, end: 4 },
    { start: 4, end: 7 },
    { start: 7, end: 8 },
    { start: 9, end: 10 },
  ]);
});

describe("for any ranges", () => {
  it("joining and cutting keep the bytes, in order, each once", () => {
    fc.assert(
      fc.property(ranges, fc.integer({ min: 1, max: 10 }), (list, most) => {
        const joined = joinRanges(list);
        const cut = cutRanges(joined, most);
        for (const result of [joined, cut]) {
          expect(bytesOf(result)).toEqual(bytesOf(list));
          expect(totalBytes(result)).toBe(bytesOf(list).size);
          expect(result.every(({ start }, i) => start >= (result[i - 1]?.end ?? 0))).toBe(true);
        }
        expect(cut.every(({ start, end }) => end - start <= most)).toBe(true);
      }),
    );
  });

  it("subtracting leaves exactly the others", () => {
    fc.assert(
      fc.property(range, ranges, (whole, taken) => {
        expect(bytesOf(subtractRanges(whole, joinRanges(taken)))).toEqual(without(bytesOf([whole]), bytesOf(taken)));
      }),
    );
  });

  it("intersecting leaves exactly the shared bytes", () => {
    fc.assert(
      fc.property(range, range, (a, b) => {
        const both = intersect(a, b);
        expect(bytesOf(both ? [both] : [])).toEqual(shared(bytesOf([a]), bytesOf([b])));
      }),
    );
  });

  it("segments divide the file: expected bytes apart from others, none too long, none twice", () => {
    fc.assert(
      fc.property(
        ranges,
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        range,
        (expected, most, grid, read) => {
          const segments = new Segments(SIZE, expected, most, grid);
          const all = segments.covering({ start: 0, end: SIZE });
          expect(joinRanges(all)).toEqual([{ start: 0, end: SIZE }]);
          expect(totalBytes(all)).toBe(SIZE);
          const wanted = bytesOf(expected);
          for (const segment of all) {
            const hits = shared(bytesOf([segment]), wanted).size;
            const bytes = segment.end - segment.start;
            expect(bytes).toBeLessThanOrEqual(hits > 0 ? most : grid);
            expect([0, bytes]).toContain(hits);
          }
          const covering = segments.covering(read);
          expect(covering).toEqual(all.filter((segment) => intersect(segment, read)));
        },
      ),
    );
  });
});
