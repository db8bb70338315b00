import { directoryFolder, directoryOutput } from "../../io/directory";
import { opfsFolder, opfsOutput, removeOpfs } from "../../io/opfs";
import { chunksOf, writeFile } from "../runs/fileCopy";
import { filesInTheWay } from "../runs/outputFiles";
import type { OutputPlace } from "./environment";

/**
 * A folder the user picked. Files are made in the browser's own file system, where a crash leaves what was flushed, and
 * each is copied over when it is closed: the picked folder never shows half a file.
 * @param staging path in the origin private file system
 */
export function directoryPlace(staging: string, directory: FileSystemDirectoryHandle): OutputPlace {
  const output = opfsOutput(staging);
  const folder = opfsFolder(staging);
  const target = directoryOutput(directory);
  const delivered = directoryFolder(directory);
  return {
    kind: "directory",
    name: directory.name,
    output,
    folder,
    async inTheWay(paths) {
      const found = await delivered.list();
      return filesInTheWay(
        found.map(({ path }) => path),
        paths,
      );
    },
    delivery: {
      target: delivered,
      async copy(path, signal) {
        const source = await folder.open(path, signal);
        await writeFile(target, path, source.size, chunksOf(source, signal));
      },
      dropStaged: (path) => output.remove(path),
      takeBack: (path) => target.remove(path),
    },
    async clear(paths) {
      await removeOpfs(staging);
      for (const path of paths) await target.remove(path);
    },
  };
}
