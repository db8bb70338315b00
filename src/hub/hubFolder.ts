import { notFound } from "../io/errors";
import type { ByteSource, FileEntry, Folder } from "../io/types";
import type { Access } from "./access";
import { HubSource } from "./hubSource";
import type { Line } from "./transfer/line";
import type { HubFile, HubModel } from "./types";

/** The files of a pinned model. Listing and opening ask nothing of the Hub; the first read of a file does. */
export class HubFolder implements Folder {
  readonly name: string;
  readonly #files: ReadonlyMap<string, HubFile>;
  readonly #sources = new Map<string, HubSource>();

  constructor(
    private readonly line: Line,
    private readonly access: Access,
    private readonly model: HubModel,
  ) {
    this.name = model.repo;
    this.#files = new Map(model.files.map((file) => [file.path, file]));
  }

  async list(): Promise<readonly FileEntry[]> {
    return this.model.files;
  }

  async open(path: string): Promise<ByteSource> {
    const file = this.#files.get(path);
    if (!file) throw notFound(this.name, path);
    const source = this.#sources.get(path) ?? new HubSource(this.line, this.access, this.model, file);
    this.#sources.set(path, source);
    return source;
  }
}
