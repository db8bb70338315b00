import { downloadFile, HubApiError } from "@huggingface/hub";
import type { Bytes } from "../base/bytes";
import { checkRange } from "../io/errors";
import type { ByteRange, ByteSource, FileVersion, Published } from "../io/types";
import type { Access } from "./access";
import { locate, type Place } from "./locate";
import { ask } from "./transfer/ask";
import { Limiter } from "./transfer/limiter";
import { DATA_REQUESTS_PER_FILE, type Line, storageBlocked } from "./transfer/line";
import { rangeFetch } from "./transfer/rangeFetch";
import type { HubFile, HubModel } from "./types";
import { createVerifier, verifyWhole } from "./verify";
import { Whereabouts } from "./whereabouts";

/** Bytes asked for at once: large enough to hide the round trip, small enough to lose little when a connection breaks. */
const SLICE_BYTES = 16 * 1024 * 1024;

/** How often in a row a fresh address may be refused. */
const MAX_REFUSALS = 2;

/** A file of a pinned model, read by range from wherever the Hub keeps it. */
export class HubSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly version: FileVersion;
  readonly published: Published;
  readonly #requests = new Limiter(DATA_REQUESTS_PER_FILE);
  readonly #whereabouts: Whereabouts;

  constructor(
    private readonly line: Line,
    access: Access,
    private readonly model: HubModel,
    private readonly file: HubFile,
  ) {
    this.name = file.path;
    this.size = file.size;
    this.version = { kind: "content", mark: file.sha256 ?? file.oid ?? `${model.sha}/${file.path}` };
    this.published = {
      guarded: line.hubUrl.startsWith("https:"),
      verifier: (newSha256) => createVerifier(file, newSha256),
    };
    this.#whereabouts = new Whereabouts(line.clock, (signal) =>
      line.lanes.probes.run(() => access.open(model.repo, (token) => locate(line, model, file, token, signal)), signal),
    );
  }

  /**
   * The bytes [start, end), fetched in slices of at most 16 MiB. A file that is read whole is checked against its hash.
   * @throws {AwaseError} `io/range`, `hub/short-read`, `hub/bad-hash`, `hub/changed`, and refusals of the Hub
   */
  async read(start: number, end: number, signal?: AbortSignal): Promise<Bytes> {
    signal?.throwIfAborted();
    checkRange(this, start, end);
    const bytes = new Uint8Array(end - start);
    const failure = new AbortController();
    const either = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
    try {
      await Promise.all(
        slices(start, end).map(async (range) => bytes.set(await this.#slice(range, either), range.start - start)),
      );
    } catch (error) {
      failure.abort(); // the other slices are of no use now
      throw error;
    }
    if (bytes.length === this.size) await verifyWhole(this.file, bytes);
    return bytes;
  }

  async #slice(range: ByteRange, signal: AbortSignal): Promise<Bytes> {
    for (let refusals = 0; ; refusals++) {
      const place = await this.#whereabouts.get(signal);
      const turn = () => this.line.lanes.data.run(() => this.#fetch(place, range, signal), signal);
      const bytes = await this.#requests.run(turn, signal);
      if (bytes) return bytes;
      if (refusals === MAX_REFUSALS) throw storageBlocked(this.line, place.info.url);
      this.#whereabouts.refused(place);
    }
  }

  /** @returns undefined when the address is refused, as it is once its signature ran out */
  async #fetch(place: Place, range: ByteRange, signal: AbortSignal): Promise<Bytes | undefined> {
    const { repo, sha } = this.model;
    const { path, size } = this.file;
    return ask(this.line, path, async () => {
      const blob = await downloadFile({
        repo,
        path,
        revision: sha,
        hubUrl: this.line.hubUrl,
        xet: false,
        downloadInfo: place.info,
        fetch: rangeFetch(this.line, { repo, revision: sha, path, size, range, signal }),
        ...(place.token && { accessToken: place.token }),
      });
      try {
        return blob ? new Uint8Array(await blob.slice(range.start, range.end).arrayBuffer()) : undefined;
      } catch (error) {
        if (error instanceof HubApiError && error.statusCode === 403) return undefined;
        throw error;
      }
    });
  }
}

/** [start, end) cut into slices; none for an empty range. */
function slices(start: number, end: number): ByteRange[] {
  return Array.from({ length: Math.ceil((end - start) / SLICE_BYTES) }, (_, index) => {
    const from = start + index * SLICE_BYTES;
    return { start: from, end: Math.min(from + SLICE_BYTES, end) };
  });
}
