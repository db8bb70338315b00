import { isAbort } from "../../../base/errors";

/** Browsers drop the URL of a download only once it has been read; nothing tells when. */
const URL_LIFETIME = 60_000;

/**
 * Saves a stream as a file: straight to disk where the browser lets the person pick the place, else through a Blob,
 * which browsers keep on disk when it is large. Changing one's mind is no error.
 */
export async function saveStream(name: string, open: () => Promise<ReadableStream<Uint8Array>>): Promise<void> {
  if (!window.showSaveFilePicker) return saveBlob(name, await new Response((await open()) as BodyInit).blob());
  let target: FileSystemFileHandle;
  try {
    target = await window.showSaveFilePicker({ suggestedName: name });
  } catch (error) {
    if (isAbort(error)) return;
    throw error;
  }
  await (await open()).pipeTo((await target.createWritable()) as WritableStream<Uint8Array>);
}

export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), URL_LIFETIME);
}
