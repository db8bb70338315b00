import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { MemoryOutput } from "./memory";
import { nodeFolder, nodeOutput } from "./node";
import { describeOutput } from "./outputs.testing";

const made: string[] = [];
afterAll(() => Promise.all(made.map((path) => rm(path, { recursive: true }))));

describeOutput(
  "memory",
  async () => {
    const output = new MemoryOutput();
    return { output, files: async () => output.files };
  },
  { resumes: true },
);

describeOutput(
  "a folder on disk",
  async () => {
    const path = await mkdtemp(join(tmpdir(), "awase-output-"));
    made.push(path);
    const folder = nodeFolder(path);
    const files = async () => {
      const whole = await folder.list();
      return new Map(
        await Promise.all(
          whole.map(async ({ path, size }) => [path, await (await folder.open(path)).read(0, size)] as const),
        ),
      );
    };
    return { output: nodeOutput(path), files };
  },
  { resumes: true },
);
