import { expect, it } from "vitest";
import { threadHashers } from "./threadHasher";

const open = () => new Worker(new URL("./hashWorker.ts", import.meta.url), { type: "module" });

it("hashes on a thread of its own", async () => {
  const hasher = await threadHashers(open)();
  await hasher.update(new TextEncoder().encode("abc"));
  expect(await hasher.digest()).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});

it("lets nobody wait for ever when it fails", async () => {
  let worker: Worker | undefined;
  const hasher = await threadHashers(() => {
    worker = open();
    worker.addEventListener("error", (event) => event.preventDefault()); // no error of this page
    return worker;
  })();
  worker?.postMessage({ file: 7, bytes: 0 });
  await expect(hasher.digest()).rejects.toMatchObject({ code: "engine/hashing-died" });
});
