import { listModels } from "@huggingface/hub";
import { ask } from "./transfer/ask";
import { hubFetch } from "./transfer/hubFetch";
import type { Line } from "./transfer/line";
import type { HubHit } from "./types";

const MAX_HITS = 20;
const MAX_QUERY_LENGTH = 200;

/** Models in safetensors whose names hold the words, most downloaded first. Anonymous: it finds public models. */
export function search(line: Line, query: string, signal?: AbortSignal): Promise<readonly HubHit[]> {
  return ask(line, "the search", async () => {
    const hits: HubHit[] = [];
    const found = listModels({
      search: { query: query.trim().slice(0, MAX_QUERY_LENGTH), tags: ["safetensors"] },
      sort: "downloads",
      limit: MAX_HITS,
      additionalFields: ["safetensors"],
      hubUrl: line.hubUrl,
      fetch: hubFetch(line, { signal }),
    });
    for await (const { name, downloads, likes, updatedAt, gated, safetensors } of found) {
      hits.push({
        repo: name,
        downloads,
        likes,
        updated: updatedAt.toISOString(),
        gated: gated !== false,
        ...(safetensors && { parameters: safetensors.total }),
      });
    }
    return hits;
  });
}
