import { join } from "node:path";
import type { Clock } from "../../src/hub/transfer/clock";
import { type LocalHub, startHub } from "./server";

const MODELS = join(import.meta.dirname, "../golden/merge/models");

/** Names of files that addresses must encode. */
export const ODD_FILES = {
  "a#b.txt": "a sharp b",
  "50%.txt": "half",
  "what?/ü & ö.json": "{}",
  "empty.txt": "",
};

/** A local Hub with a model of each kind, and three tokens: one with access to all, one without, one that is over. */
export function startModelHub({ tls = false }: { readonly tls?: boolean } = {}): Promise<LocalHub> {
  const folder = join(MODELS, "a_bf16");
  return startHub({
    tls,
    repositories: [
      {
        id: "acme/xet",
        folder,
        tags: ["safetensors", "license:apache-2.0"],
        oldNames: ["acme/before"],
        downloads: 500,
        likes: 7,
      },
      {
        id: "acme/lfs",
        folder,
        tags: ["safetensors"],
        downloads: 900,
        storage: (path) => (isWeight(path) ? "lfs" : "git"),
      },
      { id: "acme/git", folder: join(MODELS, "sharded"), tags: ["gguf"], storage: () => "git" },
      { id: "acme/gated", folder, gated: "auto", tags: ["safetensors"], downloads: 10 },
      { id: "acme/private", folder, private: true, tags: ["safetensors"] },
      { id: "acme/private-git", folder, private: true, storage: () => "git" },
      { id: "acme/disabled", folder, disabled: true },
      { id: "acme/odd-names", files: ODD_FILES },
    ],
    tokens: {
      hf_member: { user: "member", reads: ["acme/private", "acme/private-git"], granted: ["acme/gated"] },
      hf_stranger: { user: "stranger" },
      hf_over: { user: "member", expires: 0 },
    },
  });
}

function isWeight(path: string): boolean {
  return path.endsWith(".safetensors");
}

/** The Hub's clock as the client's: a sleep moves it on and takes no time. */
export function clockOf(hub: LocalHub): Clock {
  return {
    now: () => hub.clock.now(),
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      hub.clock.advance(ms);
    },
  };
}
