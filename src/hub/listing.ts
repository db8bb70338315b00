import { listFiles, modelInfo } from "@huggingface/hub";
import * as z from "zod/mini";
import { tooManyFiles } from "../io/errors";
import { MAX_FOLDER_FILES } from "../io/limits";
import { checkPath } from "../io/path";
import { hubError } from "./errors";
import { isRepoId } from "./reference";
import { ask, badAnswer } from "./transfer/ask";
import { hubFetch } from "./transfer/hubFetch";
import type { Call, Line } from "./transfer/line";
import type { HubFile, HubModel } from "./types";

/** Entries on a page of the Hub's file lists. */
const PAGE_ENTRIES = 1000;
/** Pages of a list that are followed, however few entries they have. */
const MAX_PAGES = 100;

const commit = z.string().check(z.regex(/^[0-9a-f]{40}$/));
const hash = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const entry = z.object({
  type: z.string(),
  path: z.string(),
  size: z.int().check(z.nonnegative()),
  oid: z.optional(commit),
  lfs: z.optional(z.object({ oid: hash })),
  xetHash: z.optional(hash),
});
type Entry = z.infer<typeof entry>;

const information = z.object({
  name: z.string().check(z.refine(isRepoId)),
  sha: commit,
  disabled: z.optional(z.boolean()),
  gated: z.optional(z.union([z.literal(false), z.string()])),
  tags: z.optional(z.array(z.string())),
});

/**
 * Pins a revision to its commit and lists the files there.
 * @throws {AwaseError} `hub/disabled`, `hub/incomplete-list`, `io/too-many-files`, `io/path`, refusals of the Hub
 */
export async function pin(line: Line, call: Call & { repo: string }, token: string | undefined): Promise<HubModel> {
  // The client puts names into addresses as they are.
  if (!isRepoId(call.repo)) throw hubError("hub/not-found", { repo: call.repo });
  const access = { hubUrl: line.hubUrl, ...(token && { accessToken: token }) };
  const asked = await ask(line, call.repo, () =>
    modelInfo({
      name: call.repo,
      revision: call.revision ?? "HEAD",
      additionalFields: ["sha", "disabled", "tags"],
      fetch: hubFetch(line, call),
      ...access,
    }),
  );
  const { data: info } = information.safeParse(asked);
  if (!info) throw badAnswer(line, call.repo);
  if (info.disabled) throw hubError("hub/disabled", { repo: info.name });

  const pinned = { ...call, repo: info.name, revision: info.sha };
  const license = info.tags?.find((tag) => tag.startsWith("license:"))?.slice("license:".length);
  return {
    repo: info.name,
    sha: info.sha,
    ...(license && { license }),
    gated: Boolean(info.gated),
    files: await list(line, pinned, access),
  };
}

interface ListAccess {
  readonly hubUrl: string;
  readonly accessToken?: string;
}

async function list(
  line: Line,
  call: Call & { repo: string; revision: string },
  access: ListAccess,
): Promise<readonly HubFile[]> {
  const { repo, revision } = call;
  const files: HubFile[] = [];
  let entries = 0;
  await ask(line, `the files of ${repo}`, async () => {
    const listed = listFiles({ repo, revision, recursive: true, fetch: countedPages(line, call), ...access });
    for await (const found of listed) {
      const { data } = entry.safeParse(found);
      if (!data) throw badAnswer(line, `the files of ${repo}`);
      if (++entries > MAX_FOLDER_FILES) throw tooManyFiles(repo, MAX_FOLDER_FILES);
      if (data.type === "file") files.push(fileOf(data));
    }
  });
  // Without a readable `Link` header the client takes the first page for the whole list.
  if (entries > 0 && entries % PAGE_ENTRIES === 0) await checkComplete(line, call, access, files.length);
  return files;
}

function fileOf({ path, size, oid, lfs, xetHash }: Entry): HubFile {
  return {
    path: checkPath(path),
    size,
    ...(lfs && { sha256: lfs.oid }),
    ...(oid && { oid }),
    ...(xetHash && { xetHash }),
  };
}

function countedPages(line: Line, call: Call): typeof fetch {
  const fetch = hubFetch(line, call);
  let pages = 0;
  return (input, init) => {
    if (++pages > MAX_PAGES) throw badAnswer(line, `the files of ${call.repo}`);
    return fetch(input, init);
  };
}

/** Compares the number of files with the model's own description, which comes in one piece. */
async function checkComplete(
  line: Line,
  call: Call & { repo: string; revision: string },
  access: ListAccess,
  listed: number,
): Promise<void> {
  const { repo, revision } = call;
  const { filePaths } = await ask(line, repo, () =>
    modelInfo({ name: repo, revision, additionalFields: ["filePaths"], fetch: hubFetch(line, call), ...access }),
  );
  if (filePaths.length !== listed) throw hubError("hub/incomplete-list", { repo, listed, known: filePaths.length });
}
