import { describe, expect, it } from "vitest";
import type { Bytes } from "../../base/bytes";
import type { ByteSink, OutputFolder } from "../../io/types";
import { MemoryEnvironment } from "../machine/memoryEnvironment";
import { recordStore } from "../machine/recordKinds";
import { memoryRecords, type Records } from "../machine/records";
import { createSession } from "../session";
import { hashesOf, IDENTITY, OPTIONS, SETTINGS, tinyModel } from "../session.testing";
import type { RunRecord } from "./journal";

/* A run's every step on its files and its journal fails once, and the run is taken up again. */

const SHARDED = { ...OPTIONS, shardBytes: 2500 };
const NEVER = Number.POSITIVE_INFINITY;
const ignore = () => undefined;

/** What happens at a step: it fails, it and all after it fail until the machine is mended, or nothing answers any more. */
type Trouble = "once" | "on and on" | "silence";

/**
 * A machine whose disk and journal fail at one step. As in a browser, an open file is locked, and bytes that were not flushed are
 * gone after a crash.
 */
class FailingEnvironment extends MemoryEnvironment {
  steps = 0;
  /** Settles when nothing answers any more. */
  readonly fellSilent: Promise<void>;
  #silent = false;
  #fallSilent: () => void = ignore;
  #locks = new Set<string>();

  constructor(
    private failAt = NEVER,
    private readonly trouble: Trouble = "once",
  ) {
    super({ wrapOutput: (output) => this.#failing(output) });
    this.fellSilent = new Promise((resolve) => {
      this.#fallSilent = resolve;
    });
    const inner = this.records("journal");
    const journal: Records<RunRecord> = {
      get: (key) => inner.get(key),
      all: () => inner.all(),
      put: async (key, record) => {
        await this.#step();
        await inner.put(key, record);
        await this.#step(); // it was stored, but nobody was told
      },
      remove: async (key) => {
        await this.#step();
        await inner.remove(key);
      },
    };
    this.records = recordStore(<T>(kind: string) =>
      kind === "journal" ? (journal as Records<T>) : memoryRecords<T>(),
    );
  }

  mend(): void {
    this.failAt = NEVER;
    this.#silent = false;
  }

  override crash(): void {
    super.crash();
    this.#locks = new Set();
  }

  async #step(): Promise<void> {
    const step = this.steps++;
    if (step === this.failAt && this.trouble === "silence") {
      this.#silent = true;
      this.#fallSilent();
    }
    if (this.#silent) await new Promise(ignore);
    if (step === this.failAt || (step > this.failAt && this.trouble === "on and on"))
      throw new Error(`No step ${step}.`);
  }

  #failing(output: OutputFolder): OutputFolder {
    return {
      name: output.name,
      remove: (path) => output.remove(path),
      create: async (path, options) => {
        await this.#step();
        if (this.#locks.has(path)) throw new Error(`${path} is locked.`);
        this.#locks.add(path);
        return this.#failingSink(await output.create(path, options), this.#locks, path);
      },
    };
  }

  #failingSink(sink: ByteSink, locks: Set<string>, path: string): ByteSink {
    const unflushed: (readonly [Bytes, number])[] = [];
    const flush = async () => {
      for (const [bytes, at] of unflushed.splice(0)) await sink.write(bytes, at);
    };
    return {
      write: async (bytes, at) => {
        await this.#step();
        unflushed.push([bytes.slice(), at]);
      },
      flush: async () => {
        await this.#step();
        await flush();
      },
      close: async () => {
        locks.delete(path);
        await flush();
        await this.#step();
        await sink.close();
        await this.#step(); // it was closed, but nobody was told
      },
      abort: async () => {
        locks.delete(path);
        await sink.abort();
      },
    };
  }
}

async function openSession(environment: MemoryEnvironment) {
  const session = createSession(environment);
  await session.start(SETTINGS);
  await session.place("x", tinyModel(1));
  return session;
}

async function undisturbed() {
  const environment = new FailingEnvironment();
  await (await openSession(environment)).merge(IDENTITY, { ...SHARDED, run: "job" });
  return { hashes: hashesOf(environment, "job"), steps: environment.steps };
}

describe.each<[Trouble, "the same session" | "the next session"]>([
  ["once", "the same session"],
  ["on and on", "the same session"],
  ["on and on", "the next session"],
  ["silence", "the next session"],
])("a run that fails %s", (trouble, where) => {
  it(`goes on in ${where} to the same bytes, whichever step failed`, async () => {
    const { hashes, steps } = await undisturbed();
    for (let step = 0; step < steps; step++) {
      const environment = new FailingEnvironment(step, trouble);
      const first = await openSession(environment);
      const ended = first.merge(IDENTITY, { ...SHARDED, run: "job" }).then(
        () => true,
        () => false,
      );
      const done = await Promise.race([ended, environment.fellSilent]);
      environment.mend();
      if (done !== true) {
        if (where === "the next session") environment.crash();
        const session = where === "the next session" ? await openSession(environment) : first;
        if ((await session.unfinished()).length > 0) await session.resume("job");
        else if ((await session.results()).length === 0) await session.merge(IDENTITY, { ...SHARDED, run: "job" });
        expect(await session.unfinished(), `step ${step}`).toEqual([]);
      }
      expect(hashesOf(environment, "job"), `step ${step}`).toEqual(hashes);
    }
  });
});
