import type { Bytes } from "../../base/bytes";
import { directoryFolder, directoryOutput } from "../../io/directory";
import { filesFolder } from "../../io/file";
import { engineFailure } from "../failures";
import type { Environment } from "../machine/environment";
import type { Lane, StoredResult } from "../protocol/protocol";
import { chunksOf, writeFile } from "./fileCopy";
import { filesInTheWay, notEmpty } from "./outputFiles";

/** At most ten events a second. */
const EVENT_INTERVAL_MS = 100;

/** Merges kept in the browser. */
export interface Results {
  /** Newest first. */
  list(): Promise<readonly StoredResult[]>;
  keep(result: StoredResult): Promise<void>;
  remove(id: string): Promise<void>;
  /** @throws {AwaseError} `result/not-found` */
  get(id: string): Promise<StoredResult>;
  /** Copies all files, `config.json` last. @throws {AwaseError} `output/not-empty`, `result/not-found` */
  export(
    id: string,
    directory: FileSystemDirectoryHandle,
    onEvent: (lane: Lane) => void,
    signal: AbortSignal,
  ): Promise<void>;
}

export function keepResults(environment: Environment): Results {
  const results = environment.records("result");
  async function get(id: string): Promise<StoredResult> {
    const result = await results.get(id);
    if (result) return result;
    throw engineFailure("result/not-found", { id });
  }
  return {
    get,
    list: async () => [...(await results.all())].sort((a, b) => b.finished - a.finished),
    keep: (result) => results.put(result.report.id, result),
    async remove(id) {
      const { report } = await get(id);
      const place = await environment.place(id);
      await results.remove(id); // first: a tab closed now leaves files, which are swept, and no result without them
      await place.clear(report.files.map(({ path }) => path));
    },
    async export(id, directory, onEvent, signal) {
      const { report } = await get(id);
      const paths = report.files.map(({ path }) => path);
      const target = directoryOutput(directory);
      const there = (await directoryFolder(directory).list(signal)).map(({ path }) => path);
      const inTheWay = filesInTheWay(there, paths);
      if (inTheWay.length > 0) throw notEmpty(directory.name, inTheWay);
      const source = filesFolder(report.name, await environment.resultFiles(id));
      const lane = laneEvents(
        report.files.reduce((sum, { size }) => sum + size, 0),
        onEvent,
      );
      try {
        for (const path of paths) {
          const file = await source.open(path, signal);
          await writeFile(target, path, file.size, counted(chunksOf(file, signal), lane.add));
        }
      } catch (error) {
        // Half a model must not be taken for a whole one. What stopped it tells more than that it could not be taken away.
        for (const path of paths) await target.remove(path).catch(() => undefined);
        throw error;
      }
      lane.end();
    },
  };
}

async function* counted(chunks: AsyncIterable<Bytes>, add: (bytes: number) => void): AsyncGenerator<Bytes> {
  for await (const chunk of chunks) {
    yield chunk;
    add(chunk.length);
  }
}

/** Counts bytes of one lane and tells of them now and then; the rate is the mean since the start. */
function laneEvents(total: number, onEvent: (lane: Lane) => void): { add(bytes: number): void; end(): void } {
  const start = performance.now();
  let [done, last] = [0, start];
  const send = (now: number) => {
    last = now;
    onEvent({ done, total, rate: (done * 1000) / Math.max(1, now - start) });
  };
  return {
    add(bytes) {
      done += bytes;
      const now = performance.now();
      if (now - last >= EVENT_INTERVAL_MS) send(now);
    },
    end: () => send(performance.now()),
  };
}
