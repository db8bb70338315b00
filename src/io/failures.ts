import { failuresOf } from "../base/errors";
import { type Sentences, sayer } from "../base/sentences";

/** What goes wrong with files, folders and storage, in English. */
export const ioSentences = {
  "io/permission": ({ folder, path }: { folder: string; path: string }) =>
    `The browser no longer lets this page use ${path} in ${folder}. Pick the folder again and allow access.`,
  "io/short-read": ({
    name,
    start,
    expected,
    got,
  }: {
    name: string;
    start: number;
    end: number;
    expected: number;
    got: number;
  }) =>
    `Asked ${name} for ${expected} bytes from byte ${start}, but got ${got}. The file was cut short; open or download it again.`,
  "io/unreadable": ({ name, start, end, size }: { name: string; start: number; end: number; size: number }) =>
    `Cannot read bytes ${start} to ${end} of ${name} (${size} bytes): it was changed, moved or deleted since it was picked. Add it again.`,
  "io/not-found": ({ folder, path }: { folder: string; path: string }) =>
    `There is no file ${path} in ${folder}. Check the name, or add the file.`,
  "io/folder-gone": ({ folder }: { folder: string }) =>
    `The folder ${folder} is no longer there: it was moved, renamed or deleted. Put it back, or pick another.`,
  "io/incomplete": ({ name, expected, got }: { name: string; expected: number; got: number }) =>
    `${name} should have ${expected} bytes, but ${got} were written. It was not finished; run the merge again.`,
  "io/closed": ({ name }: { name: string }) => `${name} is closed: nothing more can be written to it.`,
  "io/too-many-files": ({ name, limit }: { name: string; limit: number }) =>
    `${name} holds more than ${limit} files. A model folder has a few dozen; pick the folder of one model.`,
  "io/unreachable": ({ url }: { url: string }) =>
    `Could not reach ${url}. Check that the page is still served, and try again.`,
  "io/http": ({ url, status }: { url: string; status: number }) =>
    `${url} answered ${status} instead of 200. Reload the page and try again.`,
  "storage/block-size": ({ bytes, limit, path }: { bytes: number; limit: number; path: string }) =>
    `A block of ${path} has ${bytes} bytes, the limit is ${limit}. Store it in pieces.`,
  "hub/bad-bytes": ({ path, start, end }: { path: string; start: number; end: number }) =>
    `Bytes ${start} to ${end} of ${path} came as others than those that come now. They are not used. Try again: they are fetched anew.`,

  "io/range": ({
    name,
    start,
    end,
    size,
    to,
  }: {
    name: string;
    start: number;
    end: number;
    size: number;
    to: "read" | "write";
  }) =>
    to === "read"
      ? `Cannot read bytes ${start} to ${end} of ${name}: it has ${size} bytes. The file may have been replaced; open it again.`
      : `Cannot write bytes ${start} to ${end} of ${name}: it was opened for ${size} bytes.`,
  "storage/quota": ({ name, needed, free }: { name: string; needed: number; free: number | undefined }) =>
    `Storing ${name} needs ${needed} bytes, but ${free === undefined ? "less is left" : `${free} are left`}. Free some disk space, or remove cached models and kept results.`,
  "io/manifest": ({ name, manifest }: { name: string; manifest: string }) =>
    `${manifest} of ${name} is not a list of files with path and size. Reload the page; if that does not help, the site is incomplete.`,
  "io/path": ({ path, fault }: { path: string; fault: string }) =>
    `The path ${JSON.stringify(path)} cannot be used: ${fault}. A path must be relative and stay inside its folder. Rename the file.`,
} satisfies Sentences;

export const ioFailure = failuresOf(ioSentences);

const AGAIN = "Reading goes on, but what is fetched now is fetched again next time.";

/** What a cache that cannot keep things says, in English. */
export const storageNotes = {
  "storage/quota": (facts: { name: string; needed: number; free: number | undefined }) =>
    `${ioSentences["storage/quota"](facts)} ${AGAIN}`,
  "storage/unavailable": ({ reason }: { name: string; reason: string }) =>
    `This browser does not keep downloaded bytes (${reason}). ${AGAIN}`,
} satisfies Sentences;

export const storageNote = sayer(storageNotes);
