import { type FileDownloadInfoOutput, fileDownloadInfo } from "@huggingface/hub";
import { AwaseError } from "../base/errors";
import { hubError } from "./errors";
import { ask } from "./transfer/ask";
import { isHub, type Line, storageBlocked } from "./transfer/line";
import { type RangeCall, rangeFetch } from "./transfer/rangeFetch";
import { addressOf, discard, send, signInOf } from "./transfer/send";
import { StallTimer } from "./transfer/stall";
import type { HubFile, HubModel } from "./types";

/** Where the bytes of a file can be had now. The address may be signed: a secret, kept in memory and never shown. */
export interface Place {
  readonly info: FileDownloadInfoOutput;
  /** Goes along only when the bytes come from the Hub itself. */
  readonly token: string | undefined;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/**
 * Asks the Hub for one byte of a file and remembers where it came from.
 * @throws {AwaseError} `hub/file-gone`, `hub/changed` when the size or commit is another than was listed, any refusal
 */
export async function locate(
  line: Line,
  model: HubModel,
  file: HubFile,
  token: string | undefined,
  signal?: AbortSignal,
): Promise<Place> {
  const { repo, sha } = model;
  const call: RangeCall = {
    repo,
    revision: sha,
    path: file.path,
    size: file.size,
    range: { start: 0, end: 1 },
    signal,
  };
  let landed: Response | undefined;
  const fetch: typeof globalThis.fetch = async (input, init = {}) => {
    try {
      landed = await rangeFetch(line, call)(input, init);
      return landed;
    } catch (error) {
      throw file.sha256 === undefined ? error : await blame(line, error, addressOf(input), init, signal);
    }
  };
  const info = await ask(line, file.path, () =>
    fileDownloadInfo({
      repo,
      path: encodePath(file.path),
      revision: sha,
      hubUrl: line.hubUrl,
      fetch,
      ...(token && { accessToken: token }),
    }),
  );
  if (!info || !landed) throw hubError("hub/file-gone", { repo, path: file.path, revision: sha });
  checkPinned(landed, info.etag, model, file);
  const own = isHub(line, landed.url);
  return { info: { ...info, url: landed.url }, token: own ? token : undefined, since: line.clock.now() };
}

/** The client puts paths into addresses as they are: `a#b` would ask for `a`. */
function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/**
 * The commit and the etag, as far as they can be seen, belong to what was listed. Etags that are no hash of the Hub's kinds
 * (a storage provider's own) tell nothing.
 */
function checkPinned(response: Response, etag: string, { repo, sha }: HubModel, file: HubFile): void {
  const commit = response.headers.get("X-Repo-Commit");
  if (commit !== null && commit !== sha) throw hubError("hub/changed", { name: repo, was: sha, is: commit });

  const hash = /^(?:W\/)?"((?:[0-9a-f]{40}|[0-9a-f]{64}))"$/.exec(etag)?.[1];
  const known = [file.oid, file.sha256, file.xetHash].filter((name) => name !== undefined);
  if (hash !== undefined && known.length > 0 && !known.includes(hash)) {
    throw hubError("hub/changed", { name: `${file.path} of ${repo}`, was: known.join(" or "), is: hash });
  }
}

/**
 * A request that the Hub sends on to a file server fails without a word on which of the two did not answer. So the Hub is
 * asked once more, without following it.
 */
async function blame(line: Line, error: unknown, url: URL, init: RequestInit, signal?: AbortSignal): Promise<unknown> {
  if (!(error instanceof AwaseError && error.code === "hub/unreachable")) return error;
  using stall = new StallTimer(line.stallMs, signal);
  try {
    const response = await send(line, url, { headers: signInOf(init), redirect: "manual" }, stall.signal);
    discard(response);
    const location = response.headers.get("Location"); // a page is not shown it
    return storageBlocked(line, location === null ? undefined : new URL(location, url));
  } catch {
    signal?.throwIfAborted();
    return error;
  }
}
