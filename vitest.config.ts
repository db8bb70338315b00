import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { CHROMIUM_FLAGS, chromiumPath } from "./scripts/chromium.ts";
import page from "./vite.config.ts";

/** Two suites: `unit` in Node, `gpu` in a real Chromium with a WebGPU adapter (SwiftShader where there is no GPU). */
export default defineConfig({
  test: {
    maxWorkers: 2, // one of two cores would be left idle
    projects: [
      {
        test: {
          name: "unit",
          environment: "node",
          include: ["{src,e2e,bench,scripts}/**/*.test.ts"],
          exclude: ["**/*.gpu.test.ts", "**/*.browser.test.ts"],
          testTimeout: 60_000,
        },
      },
      {
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
