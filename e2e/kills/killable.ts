import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { type Browser, chromium, type Page } from "@playwright/test";
import { CHROMIUM_FLAGS, chromiumPath } from "../../scripts/chromium.ts";

/** A Chromium with a profile on disk, all of whose processes can be ended at once: as by a battery that is empty. */
export class KillableChromium {
  private constructor(
    private readonly child: ChildProcess,
    private readonly browser: Browser,
    readonly page: Page,
  ) {}

  static async launch(profile: string): Promise<KillableChromium> {
    // A process group of its own: who kills the first process alone leaves the others to write on for a moment.
    const child = spawn(
      chromiumPath(),
      [
        ...CHROMIUM_FLAGS,
        "--headless=new",
        "--window-size=1440,1000",
        "--lang=en-US",
        "--no-first-run",
        "--disable-dev-shm-usage",
        "--password-store=basic",
        "--remote-debugging-port=0",
        `--user-data-dir=${profile}`,
        "about:blank",
      ],
      { detached: true, stdio: ["ignore", "ignore", "pipe"] },
    );
    try {
      const browser = await chromium.connectOverCDP(await endpointOf(child));
      const context = browser.contexts()[0];
      if (!context) throw new Error("Chromium has no window.");
      return new KillableChromium(child, browser, context.pages()[0] ?? (await context.newPage()));
    } catch (error) {
      await killGroup(child);
      throw error;
    }
  }

  /** SIGKILL to every process; settles when none is left. */
  async kill(): Promise<void> {
    await killGroup(this.child);
    await this.browser.close().catch(() => undefined);
  }
}

/** The address that Chromium says it can be driven at. */
function endpointOf({ stderr, exitCode }: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    stderr?.on("data", (text) => {
      said += text;
      const [, endpoint] = /DevTools listening on (ws:\S+)/.exec(said) ?? [];
      if (endpoint) resolve(endpoint);
    });
    stderr?.on("end", () => reject(new Error(`Chromium did not start (${exitCode}): ${said}`)));
  });
}

async function killGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  while (signalGroup(child.pid)) await setTimeout(10);
}

/** @returns whether there was a process left */
function signalGroup(group: number): boolean {
  try {
    return process.kill(-group, "SIGKILL");
  } catch {
    return false;
  }
}
