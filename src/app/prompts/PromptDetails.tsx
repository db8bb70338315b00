import { own } from "../../base/own";
import type { PromptProblem } from "../../eval/prompts/promptProblem";
import type { KnownSet } from "../../state/prompts/promptSets";
import { useCatalogue, useFormats, useStudio, useText } from "../context";
import { failureSentence } from "../i18n/failures";
import { keyed } from "../parts/keyed";
import { ScrollRegion } from "../parts/ScrollRegion";
import classes from "./Prompts.module.css";

/** Prompts drawn at most; a set may have thousands. */
const MOST = 200;

/** The prompts of one set, and what is wrong with it. */
export function PromptDetails({ known }: { readonly known: KnownSet }) {
  const { set, origin, problems } = known;
  const t = useText();
  const formats = useFormats();
  const catalogue = useCatalogue();
  const benchmark = useStudio((state) => known.benchmark ?? own(state.setCosts, set.id)?.benchmark);
  const answers = set.prompts.filter(({ answer }) => answer !== undefined).length;
  const choices = set.prompts.filter((prompt) => prompt.choices).length;
  const linesOf = ({ count, lines }: NonNullable<PromptProblem["also"]>) =>
    `${lines.map(formats.count).join(", ")}${count > lines.length ? ", …" : ""}`;
  return (
    <div className={classes.details}>
      <div className={classes.detailsHead}>
        <span className={classes.detailsName}>{set.name}</span>
        <span className={classes.hint}>
          {formats.list([
            ...(origin === "bundled" ? [t.prompts.bundled] : []),
            ...(answers > 0 ? [t.prompts.answers(answers)] : []),
            ...(choices > 0 ? [t.prompts.choices(choices)] : []),
          ])}
        </span>
      </div>
      {benchmark !== undefined && (
        <p role="note" className={classes.warning}>
          {t.prompts.benchmark(benchmark)}
        </p>
      )}
      {problems.length > 0 && (
        <ul className={classes.problems} aria-label={t.prompts.problems}>
          {keyed(problems, ({ line }) => String(line)).map(({ key, item }) => (
            <li key={key}>
              <strong>
                {item.also
                  ? t.prompts.lines(linesOf(item.also), item.also.count)
                  : t.prompts.line(formats.count(item.line))}
              </strong>
              {failureSentence(item, catalogue)}
            </li>
          ))}
        </ul>
      )}
      {set.prompts.length === 0 && problems.length === 0 && <p className={classes.none}>{t.prompts.none}</p>}
      <ScrollRegion label={set.name} className={classes.prompts}>
        <ol>
          {keyed(set.prompts.slice(0, MOST), ({ text }) => text).map(
            ({ key, item: { text, answer, choices: all, gold } }) => (
              <li key={key}>
                <span className={classes.text}>{text}</span>
                {(answer ?? (gold === undefined ? undefined : all?.[gold])) !== undefined && (
                  <span className={classes.answer}>→ {answer ?? all?.[gold ?? 0]}</span>
                )}
              </li>
            ),
          )}
        </ol>
        {set.prompts.length > MOST && (
          <p className={classes.detailsHead}>{t.prompts.more(formats.count(set.prompts.length - MOST))}</p>
        )}
      </ScrollRegion>
    </div>
  );
}
