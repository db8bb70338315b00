import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { assembly } from "./scripts/assembly.ts";
import { CHROMIUM_FLAGS, chromiumPath } from "./scripts/chromium.ts";
import page from "./vite.config.ts";

/** The longest file first: begun last, it would leave one of two cores idle at the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLongest = ({ moduleId }: TestSpecification) => moduleId.endsWith("/eval/golden.test.ts");
    return (await super.sort(files)).sort((a, b) => Number(isLongest(b)) - Number(isLongest(a)));
  }
}

/** Three suites: `unit` in Node, `dom` for parts of the page in a DOM without a browser, `gpu` in a real Chromium with a WebGPU adapter (SwiftShader where there is no GPU). */
export default defineConfig({
  test: {
    maxWorkers: 2, // one of two cores would be left idle
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        plugins: [assembly()],
        test: {
          name: "unit",
          environment: "node",
          include: ["{src,e2e,bench,fuzz,scripts}/**/*.test.ts"],
          exclude: ["**/*.gpu.test.ts", "**/*.browser.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 120_000, // the first to ask for the kernels waits until they are compiled
        },
      },
      {
        plugins: [assembly()],
        test: {
          name: "dom",
          environment: "happy-dom",
          include: ["src/app/**/*.test.tsx"],
          testTimeout: 20_000,
        },
      },
      {
        plugins: [assembly()],
        resolve: page.resolve ?? {},
        test: {
          name: "gpu",
          include: ["src/**/*.gpu.test.ts", "src/**/*.browser.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: chromiumPath(), args: [...CHROMIUM_FLAGS] } }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
