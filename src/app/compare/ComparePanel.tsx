import { useStudio, useText } from "../context";
import { ScrollRegion } from "../parts/ScrollRegion";
import { Asker } from "./Asker";
import classes from "./Compare.module.css";
import { QuestionView } from "./QuestionView";
import { TallyBar } from "./TallyBar";

/** The same prompts to base, parents and merge, answered side by side. Loaded when first looked at. */
export default function ComparePanel() {
  const t = useText();
  const questions = useStudio((state) => state.questions);
  return (
    <div className={classes.panel}>
      <Asker />
      <TallyBar />
      {questions.length === 0 ? (
        <p className={classes.empty}>{t.compare.empty}</p>
      ) : (
        <ScrollRegion label={t.compare.answers} className={classes.board}>
          {questions.map((question) => (
            <QuestionView key={question.id} question={question} />
          ))}
        </ScrollRegion>
      )}
    </div>
  );
}
