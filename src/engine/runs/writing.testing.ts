import type { OutputFolder } from "../../io/types";

type Wrap = (output: OutputFolder) => OutputFolder;

/** An output in which something happens before bytes are written: it may throw. `written` counts them, and all before, over all files. */
export function beforeWriting(happens: (written: number) => unknown): Wrap {
  let written = 0;
  return (output) => ({
    name: output.name,
    remove: (path) => output.remove(path),
    async create(path, options) {
      const sink = await output.create(path, options);
      const write = sink.write.bind(sink);
      sink.write = async (bytes, at) => {
        written += bytes.length;
        await happens(written);
        await write(bytes, at);
      };
      return sink;
    },
  });
}

/** An output whose disk fails after `limit` bytes: so many times, or for good. */
export function failingAfter(limit: number, times = Number.POSITIVE_INFINITY): Wrap {
  let failures = 0;
  return beforeWriting((written) => {
    if (written > limit && failures++ < times) throw new Error("The disk is away.");
  });
}
