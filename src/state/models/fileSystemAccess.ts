/*
 * Parts of the File System Access API that TypeScript's DOM library leaves out. All are optional: Firefox and Safari
 * have none of the pickers. https://wicg.github.io/file-system-access/
 */
declare global {
  interface FileSystemHandle {
    queryPermission?(descriptor: { mode: "read" | "readwrite" }): Promise<PermissionState>;
    /** Needs a user gesture. */
    requestPermission?(descriptor: { mode: "read" | "readwrite" }): Promise<PermissionState>;
  }
  interface Window {
    showDirectoryPicker?(options?: { id?: string; mode?: "read" | "readwrite" }): Promise<FileSystemDirectoryHandle>;
    showSaveFilePicker?(options?: { suggestedName?: string }): Promise<FileSystemFileHandle>;
  }
  interface DataTransferItem {
    getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
  }
}

/** Whether a handle may be used now, without asking anybody. */
export async function isGranted(handle: FileSystemHandle, mode: "read" | "readwrite"): Promise<boolean> {
  return !handle.queryPermission || (await handle.queryPermission({ mode })) === "granted";
}

/** Whether a folder that was picked is still where it was. */
export async function isThere(folder: FileSystemDirectoryHandle): Promise<boolean> {
  try {
    for await (const _ of folder.keys()) break;
    return true;
  } catch (error) {
    return !(error instanceof DOMException && error.name === "NotFoundError"); // not allowed to look, it may well be
  }
}

/** Asks the person, if the browser has not been told already. Call it from a click. */
export async function askPermission(handle: FileSystemHandle, mode: "read" | "readwrite"): Promise<boolean> {
  if (await isGranted(handle, mode)) return true;
  return (await handle.requestPermission?.({ mode })) === "granted";
}
