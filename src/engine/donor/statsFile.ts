/** Told beside a model to which a donor lent rows: how they fit, what was measured, what was taken back. */
export const STATS_FILE = "stats.json";
