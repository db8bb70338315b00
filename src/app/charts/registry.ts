import { divergenceChart } from "./DivergenceChart";
import { driftChart } from "./DriftChart";
import { eosChart } from "./EosChart";
import { perplexityChart } from "./PerplexityChart";
import { promptsChart } from "./PromptsChart";

/** All charts, in the order they are shown. */
export const CHARTS = [perplexityChart, divergenceChart, promptsChart, eosChart, driftChart] as const;

export type ChartId = (typeof CHARTS)[number]["id"];
