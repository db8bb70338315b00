import { elementCount } from "../../formats/tensor";
import type { ScaleGrid } from "./scaledCodes";

/** Block sizes [least, most] that the shapes allow. */
type Sizes = readonly [least: number, most: number];

/** What shapes say of a tensor's grid: all of it, or all but the size of its blocks. */
export interface GridShape extends Pick<ScaleGrid, "rows" | "columns"> {
  readonly blockRows: number | Sizes;
  readonly blockColumns: number | Sizes;
}

/** What DeepSeek-V3 began with and most have kept. */
const USUAL_BLOCK = 128;

/**
 * How scales of one shape lie over codes of another: one for all, one for each row (or for each plane, where there are several),
 * or one for each block of a plane. `undefined` where the shapes do not fit.
 * @param stated codes per scale, [rows, columns], as config.json says
 */
export function gridShape(
  codes: readonly number[],
  scales: readonly number[],
  stated?: readonly [rows: number, columns: number],
): GridShape | undefined {
  const columns = codes.at(-1) ?? 1;
  const rows = codes.at(-2) ?? 1;
  const planes = elementCount(codes.slice(0, -2));
  if (elementCount(codes) === 0) return undefined;
  if (elementCount(scales) === 1) {
    return { rows: planes * rows, columns, blockRows: planes * rows, blockColumns: columns };
  }
  const [first] = scales;
  if (scales.length === 1 && codes.length === 2 && first === rows) {
    return { rows, columns, blockRows: 1, blockColumns: columns };
  }
  if (scales.length === 1 && codes.length === 3 && first === planes) {
    return { rows, columns, blockRows: rows, blockColumns: columns };
  }
  const leading = codes.slice(0, -2);
  if (scales.length !== codes.length || !leading.every((size, axis) => size === scales[axis])) return undefined;
  const blockRows = blockAlong(rows, scales.at(-2) ?? 1, stated?.[0]);
  const blockColumns = blockAlong(columns, scales.at(-1) ?? 1, stated?.[1]);
  return blockRows === undefined || blockColumns === undefined ? undefined : { rows, columns, blockRows, blockColumns };
}

/** Codes per scale along one axis, or the sizes that are possible: the last block may be cut short. */
function blockAlong(codes: number, scales: number, stated: number | undefined): number | Sizes | undefined {
  if (scales === 1) return codes;
  if (scales === codes) return 1;
  if (scales < 1 || scales > codes) return undefined;
  if (stated !== undefined) return Math.ceil(codes / stated) === scales ? stated : undefined;
  const sizes = [Math.ceil(codes / scales), Math.ceil(codes / (scales - 1)) - 1] as const;
  return sizes[0] <= sizes[1] ? sizes : undefined;
}

/**
 * The block sizes of a whole model, where config.json does not say them: one size for all its tensors, as their shapes together
 * allow, square if that is possible. `undefined` where they contradict each other or leave a choice: a wrong guess is noise.
 */
export function settleGrids(shapes: readonly GridShape[]): readonly ScaleGrid[] | undefined {
  const rows = shapes.flatMap((shape) => openAxis(shape.blockRows, shape.rows));
  const columns = shapes.flatMap((shape) => openAxis(shape.blockColumns, shape.columns));
  const square = allowed([...rows, ...columns]);
  const size = square
    ? [plausible(square), plausible(square)]
    : [plausible(allowed(rows)), plausible(allowed(columns))];
  const [blockRows, blockColumns] = size;
  if (blockRows === undefined || blockColumns === undefined) return undefined;
  return shapes.map((shape) => ({
    ...shape,
    blockRows: typeof shape.blockRows === "number" ? shape.blockRows : blockRows,
    blockColumns: typeof shape.blockColumns === "number" ? shape.blockColumns : blockColumns,
  }));
}

/** An axis whose block size is not known yet. */
interface OpenAxis {
  readonly least: number;
  readonly most: number;
  readonly codes: number;
}

/** What all axes together allow. */
interface Allowed extends Pick<OpenAxis, "least" | "most"> {
  readonly axes: readonly OpenAxis[];
}

function openAxis(size: number | Sizes, codes: number): OpenAxis[] {
  return typeof size === "number" ? [] : [{ least: size[0], most: size[1], codes }];
}

function allowed(axes: readonly OpenAxis[]): Allowed | undefined {
  const least = axes.reduce((size, axis) => Math.max(size, axis.least), 1);
  const most = axes.reduce((size, axis) => Math.min(size, axis.most), Number.MAX_SAFE_INTEGER);
  return least > most ? undefined : { least, most, axes };
}

/** The usual size, else the only power of two or even division; 0 where nobody asks. */
function plausible(sizes: Allowed | undefined): number | undefined {
  if (!sizes) return undefined;
  const { least, most, axes } = sizes;
  if (axes.length === 0) return 0;
  if (least <= USUAL_BLOCK && USUAL_BLOCK <= most) return USUAL_BLOCK;
  const candidates = new Set<number>();
  for (let power = 2 ** Math.ceil(Math.log2(least)); power <= most; power *= 2) candidates.add(power);
  if (least === most || axes.every(({ codes }) => codes % least === 0)) candidates.add(least);
  const [only] = candidates;
  return candidates.size === 1 ? only : undefined;
}
