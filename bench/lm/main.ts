import { type Bench, withBench } from "../browser";
import { watchMemory } from "../memory";
import type { OnTheWay } from "./onTheWay";
import type { Product } from "./products";
import { FULL, TINY } from "./sizes";
import type { Slider } from "./slider";
import type { Speed } from "./speed";
import type { Streamed } from "./streamed";

/** Everything measured of the forward pass; parts that are not done yet are absent. */
export interface LmResults {
  readonly device: string;
  readonly products?: readonly Product[];
  readonly speed?: readonly Speed[];
  readonly onTheWay?: readonly OnTheWay[];
  readonly slider?: Slider;
  readonly streamed?: Streamed & { readonly peakHeapBytes: number; readonly peakProcessBytes: number };
}

/**
 * The forward pass in Chromium.
 * @param model folder of the model that is streamed; absent: small sizes all over, to see that it runs
 * @param onResults gets what there is after each part
 */
export function benchLm(
  cache: string,
  model: string | undefined,
  onResults: (results: LmResults) => void,
): Promise<LmResults> {
  const sizes = model ? FULL : TINY;
  return withBench({ cache, ...(model ? { files: model } : {}) }, async ({ page, context, device }: Bench) => {
    let results: LmResults = { device };
    const add = (part: Omit<LmResults, "device">) => {
      results = { ...results, ...part };
      onResults(results);
      console.error(`  lm ${Object.keys(part)[0]}: done`);
    };
    add({ products: await page.evaluate((of) => window.bench.lm.products(of), sizes) });
    add({ speed: await page.evaluate((of) => window.bench.lm.speed(of), sizes) });
    add({ onTheWay: await page.evaluate((of) => window.bench.lm.onTheWay(of), sizes) });
    add({ slider: await page.evaluate(() => window.bench.lm.slider()) });
    const pass = () => page.evaluate((of) => window.bench.lm.streamed(of), sizes);
    const [streamed, { heap, renderer }] = await watchMemory(context, page, pass);
    add({ streamed: { ...streamed, peakHeapBytes: heap, peakProcessBytes: renderer } });
    return results;
  });
}

/** The results as Markdown tables. */
export function lmTables({ products = [], speed = [], onTheWay = [], slider, streamed }: LmResults): string {
  const fixed = (x: number, digits = 1) => x.toFixed(digits);
  const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);
  return [
    table(
      ["rows × width", "bf16 GFLOP/s", "f32 GFLOP/s", "triple loop", "jax-js", "f32 / triple loop", "f32 / jax-js"],
      products.map(({ rows, width, bf16, f32, tripleLoop, jax }) => [
        `${rows} × ${width}`,
        ...[bf16, f32, tripleLoop, jax].map((speed) => fixed(speed)),
        ...[f32 / tripleLoop, f32 / jax].map((ratio) => fixed(ratio, 2)),
      ]),
    ),
    table(
      ["model", "parameters", "prefill tokens/s", "of a prompt of", "decode tokens/s"],
      speed.map(({ model, parameters, prefill, promptTokens, decode }) => [
        model,
        `${fixed(parameters / 1e6)} M`,
        fixed(prefill),
        String(promptTokens),
        fixed(decode),
      ]),
    ),
    table(
      ["merged on the way", "tokens", "pass s", "with merging s", "added"],
      onTheWay.map(({ method, tokens, passSeconds, mergedSeconds, added }) => [
        method,
        String(tokens),
        fixed(passSeconds, 3),
        fixed(mergedSeconds, 3),
        `${fixed(100 * added)} %`,
      ]),
    ),
    slider
      ? table(
          ["slider to perplexity", "first s", "median s", "longest s"],
          [
            [
              `${slider.prompts} prompts`,
              ...[slider.firstSeconds, slider.medianSeconds, slider.longestSeconds].map((s) => fixed(s, 2)),
            ],
          ],
        )
      : "",
    streamed
      ? table(
          ["streamed", "model MB", "one layer MB", "held at most MB", "activations MB", "JS heap MB", "tokens", "s"],
          [
            [
              streamed.model,
              ...[
                streamed.modelBytes,
                streamed.layerBytes,
                streamed.peakBytes,
                streamed.residualBytes,
                streamed.peakHeapBytes,
              ].map(megabytes),
              String(streamed.tokens),
              fixed(streamed.seconds),
            ],
          ],
        )
      : "",
  ].join("\n\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((line) => `| ${line.join(" | ")} |`).join("\n");
}
