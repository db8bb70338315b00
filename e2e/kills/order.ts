/** What `npm run kills` asks for; absent in `npm test`, where a few kills show that the way holds. */
export interface KillOrder {
  /** Kills at least. */
  readonly count: number;
  readonly seed: number;
  readonly isLong: boolean;
}

/** @param few kills in `npm test` */
export function killOrder(few: number): KillOrder {
  const { AWASE_KILLS: asked, AWASE_KILLS_SEED: seed = "1" } = process.env;
  return { count: Number(asked ?? few), seed: Number(seed), isLong: asked !== undefined };
}
