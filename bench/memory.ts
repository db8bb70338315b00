import { readdirSync, readFileSync } from "node:fs";
import type { BrowserContext, CDPSession, Page } from "playwright";

/** The most memory seen while something ran. */
export interface Peaks {
  /** JS heap of page and workers with their array buffers, bytes. */
  readonly heap: number;
  /** Resident memory of the largest renderer process, bytes; 0 where /proc is not there. */
  readonly renderer: number;
}

/** Samples memory five times a second while `work` runs. */
export async function watchMemory<T>(context: BrowserContext, page: Page, work: () => Promise<T>): Promise<[T, Peaks]> {
  const heaps = await openHeaps(context, page);
  let [heap, renderer] = [0, 0];
  let sampling = Promise.resolve();
  const timer = setInterval(() => {
    renderer = Math.max(renderer, rendererBytes());
    sampling = sampling.then(async () => {
      heap = Math.max(heap, await heaps.used());
    });
  }, 200);
  try {
    return [
      await work(),
      {
        get heap() {
          return heap;
        },
        get renderer() {
          return renderer;
        },
      },
    ];
  } finally {
    clearInterval(timer);
    await sampling;
    await heaps.close();
  }
}

interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize?: number;
}

/** Heaps of the page and of its dedicated workers, asked through the debugger. */
async function openHeaps(context: BrowserContext, page: Page) {
  const session = await context.newCDPSession(page);
  const workers = new Map<string, WorkerHeap>();
  session.on("Target.attachedToTarget", ({ sessionId, targetInfo }) => {
    if (targetInfo.type === "worker") workers.set(sessionId, new WorkerHeap(session, sessionId));
  });
  session.on("Target.detachedFromTarget", ({ sessionId }) => workers.delete(sessionId));
  session.on("Target.receivedMessageFromTarget", ({ sessionId, message }) => workers.get(sessionId)?.receive(message));
  await session.send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  return {
    async used(): Promise<number> {
      const own: HeapUsage = await session.send("Runtime.getHeapUsage");
      const others = await Promise.all([...workers.values()].map((worker) => worker.used()));
      return [own, ...others].reduce((sum, use) => sum + use.usedSize + (use.backingStorageSize ?? 0), 0);
    },
    close: () => session.detach(),
  };
}

/** One worker behind the page's session. */
class WorkerHeap {
  #next = 1;
  readonly #waiting = new Map<number, (use: HeapUsage) => void>();

  constructor(
    private readonly session: CDPSession,
    private readonly sessionId: string,
  ) {}

  receive(message: string): void {
    const { id, result } = JSON.parse(message) as { id: number; result?: HeapUsage };
    this.#waiting.get(id)?.(result ?? { usedSize: 0 });
    this.#waiting.delete(id);
  }

  /** A worker that is busy, or gone, answers late or never: then its last sample stands. */
  async used(): Promise<HeapUsage> {
    const id = this.#next++;
    const answer = new Promise<HeapUsage>((resolve) => this.#waiting.set(id, resolve));
    const nothing = new Promise<HeapUsage>((resolve) => setTimeout(resolve, 2000, { usedSize: 0 }));
    const message = JSON.stringify({ id, method: "Runtime.getHeapUsage" });
    await this.session.send("Target.sendMessageToTarget", { sessionId: this.sessionId, message });
    return Promise.race([answer, nothing]);
  }
}

function rendererBytes(): number {
  let most = 0;
  for (const pid of processes()) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer")) continue;
      const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      most = Math.max(most, Number(kilobytes ?? 0) * 1024);
    } catch {
      // It ended between the listing and the look.
    }
  }
  return most;
}

function processes(): readonly string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}
