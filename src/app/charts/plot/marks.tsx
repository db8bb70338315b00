import type { GuardStage } from "../../../eval/types";

/** Colours and dashes of the two runs that can be seen at once: told apart without seeing colour as well. */
export const SHOWN = { stroke: "var(--model-0)", strokeWidth: 1.75 } as const;
export const OTHER = { stroke: "var(--model-1)", strokeWidth: 1.5, strokeDasharray: "5 3" } as const;
export const CAP = { stroke: "var(--bad)", strokeWidth: 1.25, strokeDasharray: "2 3" } as const;
export const NO_CHANGE = { stroke: "var(--line-strong)", strokeWidth: 1 } as const;

const SIZE = 4;

interface DotProps {
  readonly cx?: number | undefined;
  readonly cy?: number | undefined;
}

/** A dot of the run that is shown; its shape is the guard's verdict. */
export function VerdictDot({
  cx,
  cy,
  verdict = "kept",
}: DotProps & { readonly verdict?: GuardStage["verdict"] | undefined }) {
  if (cx === undefined || cy === undefined || Number.isNaN(cy)) return null;
  const at = `translate(${cx} ${cy})`;
  const line = { stroke: "var(--bad)", strokeWidth: 1.75, fill: "var(--paper)" };
  switch (verdict) {
    case "kept":
      return <circle cx={cx} cy={cy} r={3} fill="var(--model-0)" stroke="var(--paper)" strokeWidth={1} />;
    case "warned":
      return <path transform={at} d={`M0 ${-SIZE}L${SIZE} ${SIZE}L${-SIZE} ${SIZE}Z`} {...line} stroke="var(--warn)" />;
    case "halved":
      return <path transform={at} d={`M0 ${-SIZE}L${SIZE} 0L0 ${SIZE}L${-SIZE} 0Z`} {...line} stroke="var(--warn)" />;
    case "rolled-back":
      return (
        <path transform={at} d={`M${-SIZE} ${-SIZE}L${SIZE} ${SIZE}M${SIZE} ${-SIZE}L${-SIZE} ${SIZE}`} {...line} />
      );
    case "stopped":
      return <rect x={cx - SIZE} y={cy - SIZE} width={2 * SIZE} height={2 * SIZE} {...line} />;
  }
}

/** A dot of the run beside it: hollow and square. */
export function OtherDot({ cx, cy }: DotProps) {
  if (cx === undefined || cy === undefined || Number.isNaN(cy)) return null;
  return (
    <rect x={cx - 3} y={cy - 3} width={6} height={6} fill="var(--paper)" stroke="var(--model-1)" strokeWidth={1.5} />
  );
}
