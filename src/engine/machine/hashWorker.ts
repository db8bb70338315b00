import { createSHA256 } from "hash-wasm";
import type { HashReply, HashRequest } from "./hashing";

/*
 * A thread that does nothing but sha256: at a few hundred MB/s it would otherwise be the slowest lane of a merge.
 */

type Hash = Awaited<ReturnType<typeof createSHA256>>;

const hashes = new Map<number, Promise<Hash>>();
/** Messages are handled one after the other, though making a hash waits. */
let line: Promise<void> = Promise.resolve();

addEventListener("message", (event: MessageEvent<HashRequest>) => {
  // Reported, a failure is an `error` of this worker: whoever waits for a digest hears of it.
  line = line.then(() => handle(event.data)).catch(reportError);
});

async function handle(request: HashRequest): Promise<void> {
  const { file } = request;
  let making = hashes.get(file);
  if (!making) {
    making = createSHA256();
    hashes.set(file, making);
  }
  const hash = await making;
  if ("end" in request) {
    hashes.delete(file);
    reply({ file, sha256: hash.digest() });
  } else {
    hash.update(request.bytes);
    reply({ file, taken: request.bytes.length });
  }
}

function reply(message: HashReply): void {
  postMessage(message);
}
