import { Button } from "@mantine/core";
import { isAnswered, MERGE, TIE, tally } from "../../state/compare/compare";
import { useFormats, useStudio, useText } from "../context";
import classes from "./Compare.module.css";

/** How the votes stand. While names are hidden it counts them and tells nobody whose they are. */
export function TallyBar() {
  const t = useText();
  const formats = useFormats();
  const questions = useStudio((state) => state.questions);
  const blind = useStudio((state) => state.blind);
  const setBlind = useStudio((state) => state.setBlind);
  const voted = questions.filter(({ vote }) => vote !== undefined).length;
  const answered = questions.filter(isAnswered).length;
  if (voted === 0 && !(blind && answered > 0)) return null;
  const nameOf = (speaker: string) =>
    speaker === TIE ? t.compare.ties : speaker === MERGE ? t.compare.merge : speaker;
  return (
    <div className={classes.tally}>
      <span>{t.compare.voted(formats.count(voted), formats.count(answered))}</span>
      {!blind && (
        <ul aria-label={t.compare.tally}>
          {tally(questions).map(({ speaker, votes }) => (
            <li key={speaker}>
              <strong>{nameOf(speaker)}</strong> {t.compare.wins(votes)}
            </li>
          ))}
        </ul>
      )}
      <Button size="compact-xs" variant="default" disabled={blind && voted === 0} onClick={() => setBlind(!blind)}>
        {blind ? t.compare.reveal : t.compare.hideNames}
      </Button>
    </div>
  );
}
