import type { PlannedFile } from "../../../engine/protocol/protocol";
import { useFormats, useStudio } from "../../context";
import classes from "./PlannedFiles.module.css";
import { OUTPUT_WORDS } from "./words";

/** The files that a merge will write besides the weights, and where each comes from, before it is begun. */
export default function PlannedFiles({ files }: { readonly files: readonly PlannedFile[] }) {
  const words = OUTPUT_WORDS[useStudio((state) => state.language)];
  const formats = useFormats();
  const from = ({ model, changed }: PlannedFile) =>
    model === undefined ? words.file.made : changed ? words.file.changed(model) : words.file.of(model);
  return (
    <details className={classes.files}>
      <summary>{words.files(files.length)}</summary>
      <ul>
        {files.map((file) => (
          <li key={file.path}>
            <code>{file.path}</code>
            <span>{from(file)}</span>
            <span>
              {file.changed && "≈ "}
              {formats.bytes(file.bytes)}
            </span>
          </li>
        ))}
      </ul>
      <p>{words.weights}</p>
    </details>
  );
}
