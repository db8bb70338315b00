import type { Bytes } from "../base/bytes";
import { AwaseError } from "../base/errors";
import { opfsOutput } from "./opfs";
import type { ByteSink } from "./types";

/** What the test asks of an output folder in a worker, where files are written in place. */
export type Request = { readonly id: number } & (
  | {
      readonly kind: "create";
      readonly root: string;
      readonly path: string;
      readonly size: number;
      readonly resume: boolean;
    }
  | { readonly kind: "remove"; readonly root: string; readonly path: string }
  | { readonly kind: "write"; readonly sink: number; readonly bytes: Bytes; readonly at: number }
  | { readonly kind: "read"; readonly sink: number; readonly start: number; readonly end: number }
  | { readonly kind: "flush" | "close" | "abort" | "abandon"; readonly sink: number }
);

export interface Reply {
  readonly id: number;
  /** Of `create`: the sink's number, and bytes that an earlier try left. */
  readonly value?: readonly [sink: number, kept: number];
  readonly bytes?: Bytes;
  readonly error?: { readonly code: AwaseError["code"]; readonly message: string; readonly facts: AwaseError["facts"] };
}

const sinks: ByteSink[] = [];

async function answer(request: Request): Promise<Omit<Reply, "id">> {
  if (request.kind === "create") {
    const { path, size, resume } = request;
    const sink = await opfsOutput(request.root).create(path, { size, resume });
    return { value: [sinks.push(sink) - 1, sink.kept ?? -1] };
  }
  if (request.kind === "remove") {
    await opfsOutput(request.root).remove(request.path);
    return {};
  }
  const sink = sinks[request.sink];
  if (request.kind === "read") {
    const bytes = await sink?.read?.(request.start, request.end);
    return bytes ? { bytes } : {};
  }
  if (request.kind === "write") await sink?.write(request.bytes, request.at);
  else if (request.kind === "abandon") (sink as unknown as { access: { close(): void } }).access.close();
  else await sink?.[request.kind]?.();
  return {};
}

self.addEventListener("message", async ({ data }: MessageEvent<Request>) => {
  let reply: Reply;
  try {
    reply = { id: data.id, ...(await answer(data)) };
  } catch (error) {
    const { code, message, facts } =
      error instanceof AwaseError ? error : AwaseError.of({ code: "test/unknown", message: String(error), facts: {} });
    reply = { id: data.id, error: { code, message, facts } };
  }
  self.postMessage(reply);
});
