import { expect, it } from "vitest";
import { type GridShape, gridShape, settleGrids } from "./scaleGrid";

const shapes = (...pairs: readonly (readonly [codes: readonly number[], scales: readonly number[]])[]) =>
  pairs.map(([codes, scales]) => gridShape(codes, scales) as GridShape);
const sizes = (grids: ReturnType<typeof settleGrids>) =>
  grids?.map(({ blockRows, blockColumns }) => [blockRows, blockColumns]);

it("settles one block size for a whole model, as all its shapes together allow", () => {
  // 40 to 79 rows by the first alone, 32 or 64 among them; the second leaves 64 only.
  expect(
    settleGrids(
      shapes([
        [80, 80],
        [2, 2],
      ]),
    ),
  ).toBeUndefined();
  expect(
    sizes(
      settleGrids(
        shapes(
          [
            [80, 80],
            [2, 2],
          ],
          [
            [640, 640],
            [10, 10],
          ],
        ),
      ),
    ),
  ).toEqual([
    [64, 64],
    [64, 64],
  ]);
  // Square where that is possible: rows alone would allow 11 to 16.
  expect(
    sizes(
      settleGrids(
        shapes([
          [33, 48],
          [3, 3],
        ]),
      ),
    ),
  ).toEqual([[16, 16]]);
  // Else each axis for itself.
  expect(
    sizes(
      settleGrids(
        shapes([
          [512, 4096],
          [4, 1024],
        ]),
      ),
    ),
  ).toEqual([[128, 4]]);
});

it("prefers the usual size, and knows the odd one that tiles evenly", () => {
  expect(
    sizes(
      settleGrids(
        shapes([
          [576, 7168],
          [5, 56],
        ]),
      ),
    ),
  ).toEqual([[128, 128]]);
  expect(
    sizes(
      settleGrids(
        shapes([
          [120, 160],
          [3, 4],
        ]),
      ),
    ),
  ).toEqual([[40, 40]]);
});

it("settles nothing where shapes contradict each other, whatever has no blocks aside", () => {
  expect(
    settleGrids(
      shapes(
        [
          [300, 300],
          [3, 3],
        ],
        [
          [4096, 4096],
          [2, 2],
        ],
      ),
    ),
  ).toBeUndefined();
  expect(
    sizes(
      settleGrids(
        shapes(
          [
            [300, 300],
            [3, 3],
          ],
          [
            [4096, 4096],
            [4096, 1],
          ],
        ),
      ),
    ),
  ).toEqual([
    [128, 128],
    [1, 4096],
  ]);
  expect(settleGrids([])).toEqual([]);
});
