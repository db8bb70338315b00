import { useStudio } from "../context";
import classes from "./RecipeText.module.css";

/** The recipe's text as the editor will show it, until the editor is there: to be read, not to be written in. */
export function RecipeText() {
  const lines = useStudio((state) => state.recipe.present).split("\n");
  return (
    <pre className={classes.text} aria-hidden>
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
        <span key={at} className={classes.line}>
          {coloured(line)}
        </span>
      ))}
    </pre>
  );
}

/** Comments and keys in the editor's colours, so that nothing changes its look when the editor comes. */
function coloured(line: string) {
  const [, before = "", key = "", rest = line] = /^([\s-]*)([\w.-]+)(?=:)(.*)$/.exec(line) ?? [];
  if (line.trimStart().startsWith("#")) return <span className={classes.comment}>{line}</span>;
  return (
    <>
      {before}
      <span className={classes.key}>{key}</span>
      {rest}
    </>
  );
}
