import { Button } from "@mantine/core";
import { blindName } from "../../state/compare/blind";
import { isAnswered, MERGE, type Question, type Reply, TIE } from "../../state/compare/compare";
import { entryName } from "../../state/models/models";
import { useFormats, useStudio, useText } from "../context";
import { FailureText } from "../parts/FailureText";
import { Swatch } from "../parts/Swatch";
import classes from "./Compare.module.css";

/** One prompt and all answers to it; with hidden names, in an order that gives nothing away. */
export function QuestionView({ question }: { readonly question: Question }) {
  const t = useText();
  const blind = useStudio((state) => state.blind);
  const replies = blind ? question.order.flatMap((index) => question.replies[index] ?? []) : question.replies;
  const nameOf = (reply: Reply, place: number) =>
    blind ? blindName(place) : reply.id === MERGE ? t.compare.merge : reply.id;
  return (
    <section className={classes.question} aria-label={question.prompt.slice(0, 60)}>
      <div className={classes.prompt}>
        <span className={classes.promptText}>{question.prompt}</span>
        {question.expected !== undefined && <span className={classes.expected}>→ {question.expected}</span>}
      </div>
      <div className={classes.answers}>
        {replies.map((reply, place) => (
          <AnswerView
            key={reply.id}
            reply={reply}
            name={nameOf(reply, place)}
            best={question.vote === reply.id}
            blind={blind}
          />
        ))}
      </div>
      {blind && isAnswered(question) && replies.length > 1 && (
        <Votes
          question={question}
          replies={replies.map((reply, place) => ({ id: reply.id, name: nameOf(reply, place) }))}
        />
      )}
    </section>
  );
}

interface AnswerViewProps {
  readonly reply: Reply;
  readonly name: string;
  readonly best: boolean;
  readonly blind: boolean;
}

function AnswerView({ reply, name, best, blind }: AnswerViewProps) {
  const t = useText();
  const place = useStudio((state) => state.models.findIndex((entry) => entryName(entry) === reply.id));
  return (
    <article className={classes.answer} aria-label={t.compare.answerOf(name)} data-best={best}>
      <div className={classes.answerHead}>
        {!blind && reply.id !== MERGE && <Swatch index={place} base={reply.role === "base"} />}
        <span className={classes.answerName}>{name}</span>
        {!blind && reply.role === "base" && <span className={classes.role}>{t.compare.base}</span>}
      </div>
      <div className={classes.text} data-writing={reply.status === "writing"}>
        {reply.text}
      </div>
      {reply.failure && <FailureText failure={reply.failure} />}
      <Ending reply={reply} blind={blind} />
      {!blind && reply.answer && (
        <details className={classes.given}>
          <summary>{t.compare.input}</summary>
          <pre>{reply.answer.input}</pre>
        </details>
      )}
    </article>
  );
}

/** How an answer ended. Speed would tell hidden models apart. */
function Ending({ reply: { status, answer }, blind }: { readonly reply: Reply; readonly blind: boolean }) {
  const t = useText();
  const formats = useFormats();
  const words = {
    waiting: t.compare.waiting,
    writing: t.compare.writing,
    stopped: t.compare.stopped,
    failed: "",
    done: "",
  };
  return (
    <div className={classes.ending} role="status" data-ended={answer?.ended}>
      {answer
        ? answer.ended === "stop"
          ? t.compare.endedByToken(answer.stopToken ?? "")
          : t.compare.endedByLength
        : words[status]}
      {answer && !blind && (
        <> · {t.compare.speed(formats.count(answer.tokens), formats.number(answer.tokensPerSecond))}</>
      )}
    </div>
  );
}

interface VotesProps {
  readonly question: Question;
  readonly replies: readonly { readonly id: string; readonly name: string }[];
}

function Votes({ question, replies }: VotesProps) {
  const t = useText();
  const vote = useStudio((state) => state.vote);
  const choices = [
    ...replies.map(({ id, name }) => ({ id, label: t.compare.vote(name) })),
    { id: TIE, label: t.compare.tie },
  ];
  return (
    <fieldset className={classes.votes} aria-label={t.compare.votes}>
      {choices.map(({ id, label }) => (
        <Button
          key={id}
          size="compact-xs"
          variant={question.vote === id ? "filled" : "default"}
          aria-pressed={question.vote === id}
          onClick={() => vote(question.id, id)}
        >
          {label}
        </Button>
      ))}
    </fieldset>
  );
}
