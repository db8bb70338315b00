import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";

const MODULE = pathToFileURL(`${import.meta.dirname}/command.ts`).href;

/** A process with a body of its own around `processSurroundings`. */
function start(body: string) {
  const script = `const { processSurroundings } = await import(${JSON.stringify(MODULE)});
const { stdout, signal } = processSurroundings();
${body}`;
  return spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
}

it.skipIf(process.platform === "win32")("takes Ctrl+C and npm's echo of it for one", async () => {
  const child = start(`const alive = setTimeout(() => {}, 60_000);
signal.addEventListener("abort", () => setTimeout(() => { stdout.write("tidied up"); clearTimeout(alive); }, 300));
stdout.write("ready ");`);
  await once(child.stdout, "data");
  child.kill("SIGINT");
  setTimeout(() => child.kill("SIGINT"), 100);
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, "exit")]);
  expect({ said, code }).toEqual({ said: "tidied up", code: 0 });
});

it("goes on when nobody reads what it prints", async () => {
  const child = start(`process.stdin.once("data", () => {
  stdout.write("unread".repeat(100_000));
  setTimeout(() => process.exit(0), 200);
});
stdout.write("ready ");`);
  await once(child.stdout, "data");
  child.stdout.destroy();
  child.stdin.write("go");
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect({ said, code }).toEqual({ said: "", code: 0 });
});
