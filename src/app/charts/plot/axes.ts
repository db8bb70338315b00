/* What all charts have in common: no animation, hairline axes, small figures. */

export const FRAME = { width: "100%", height: "100%" } as const;
/** Before the first measurement of the page. */
export const INITIAL = { width: 290, height: 150 };
export const MARGIN = { top: 8, right: 16, bottom: 0, left: 0 };

export const AXIS = { width: 40, interval: 0, tickLine: false, axisLine: false } as const;
export const X_TICK = {
  height: 18,
  tickLine: false,
  axisLine: { stroke: "var(--line-strong)" },
  interval: "preserveStartEnd",
  minTickGap: 6,
} as const;
