import { Badge, Button, Loader, Modal, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { own } from "../../base/own";
import type { HubLook, HubOrigin, ModelSummary } from "../../engine/protocol/protocol";
import { folderReferences } from "../../recipe/parse/references";
import { type Failure, failureOf } from "../../state/failure";
import { readyModels } from "../../state/models/models";
import { parsedRecipe } from "../../state/recipe/parsed";
import type { Review } from "../../state/recipe/review";
import { useFormats, useStudio, useText } from "../context";
import { FactList } from "../parts/FactList";
import { FailureText } from "../parts/FailureText";
import { ScrollRegion } from "../parts/ScrollRegion";
import { useLast } from "../parts/useLast";
import "../theme/dialogs";
import classes from "./Review.module.css";

/** A recipe somebody sent, looked at before anything is loaded. */
export default function ReviewDialog() {
  const t = useText();
  const review = useStudio((state) => state.review);
  const shown = useLast(review);
  const declineShare = useStudio((state) => state.declineShare);
  return (
    <Modal
      opened={review !== undefined}
      onClose={declineShare}
      title={shown?.status === "failed" ? t.review.damaged : t.review.title}
      size={640}
      closeButtonProps={{ "aria-label": t.close }}
    >
      {shown?.status === "reading" && (
        <Text c="dimmed">
          <Loader size={12} /> {t.review.reading}
        </Text>
      )}
      {shown?.status === "failed" && (
        <>
          <FailureText failure={shown.failure} />
          <div className={classes.actions}>
            <Button variant="default" onClick={declineShare} data-autofocus>
              {t.review.close}
            </Button>
          </div>
        </>
      )}
      {shown?.status === "ready" && <Look review={shown} />}
      {shown && <Drawn review={shown} />}
    </Modal>
  );
}

/** Tells that what stands beside it was drawn: the dialog's content comes later than the dialog. */
function Drawn({ review }: { readonly review: Review }) {
  const reviewDrawn = useStudio((state) => state.reviewDrawn);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each state of the review is drawn anew, and may fail.
  useEffect(reviewDrawn, [review]);
  return null;
}

function Look({ review: { shared, report } }: { readonly review: Extract<Review, { status: "ready" }> }) {
  const t = useText();
  const acceptShare = useStudio((state) => state.acceptShare);
  const declineShare = useStudio((state) => state.declineShare);
  const { recipe } = useStudio((state) => parsedRecipe(shared.recipe, state.models));
  return (
    <>
      <Text size="sm" c="dimmed" mb={10}>
        {t.review.hint}
      </Text>
      <FactList
        facts={[
          { label: t.review.name, value: shared.name },
          { label: t.review.method, value: <code>{recipe?.method.value ?? "–"}</code> },
          { label: t.review.base, value: recipe?.base?.key ?? t.recipe.noBase },
          { label: t.review.seed, value: recipe?.extras.seed ?? 0 },
        ]}
      />
      <SharedModels
        references={recipe ? folderReferences(recipe).map(({ key }) => key) : []}
        origins={
          new Map(
            report?.missing.flatMap(({ reference, origin }) => (origin?.kind === "hub" ? [[reference, origin]] : [])),
          )
        }
        revisions={recipe?.extras.revisions ?? {}}
      />
      <h3 className={classes.title}>{t.review.text}</h3>
      <ScrollRegion label={t.review.text} className={classes.text}>
        <pre>{shared.recipe}</pre>
      </ScrollRegion>
      <div className={classes.actions}>
        <Text size="xs" c="dimmed" className={classes.note}>
          {t.review.replaces}
        </Text>
        <Button variant="default" onClick={declineShare}>
          {t.review.decline}
        </Button>
        <Button onClick={() => void acceptShare()} data-autofocus>
          {t.review.accept}
        </Button>
      </div>
    </>
  );
}

interface SharedModelsProps {
  readonly references: readonly string[];
  /** Where each reference that is not loaded could come from. */
  readonly origins: ReadonlyMap<string, HubOrigin>;
  readonly revisions: Readonly<Record<string, string>>;
}

/** Each model of the recipe: here already, to be fetched, or missing. The Hub is asked only when told to. */
function SharedModels({ references, origins, revisions }: SharedModelsProps) {
  const t = useText();
  const models = useStudio((state) => state.models);
  const lookAtHub = useStudio((state) => state.lookAtHub);
  const [seen, setSeen] = useState<ReadonlyMap<string, HubLook | Failure>>(new Map());
  const [looking, setLooking] = useState(false);
  const summaries = new Map(readyModels(models).map((summary) => [summary.key, summary]));
  const lookUp = async () => {
    setLooking(true);
    const asked = [...origins].map(async ([reference, origin]) => {
      return [reference, await lookAtHub(origin).catch(failureOf)] as const;
    });
    setSeen(new Map(await Promise.all(asked)));
    setLooking(false);
  };
  return (
    <section aria-label={t.review.models}>
      <h3 className={classes.title}>{t.review.models}</h3>
      <ul className={classes.models}>
        {references.map((reference) => {
          const summary = summaries.get(reference);
          const onHub = origins.has(reference);
          const found = seen.get(reference);
          const commit = own(revisions, reference);
          return (
            <li key={reference}>
              <span className={classes.reference}>{reference}</span>
              {commit && <code title={commit}>{commit.slice(0, 7)}</code>}
              <About model={summary ?? (found && "bytes" in found ? found : undefined)} />
              <Badge color={summary ? "green" : onHub ? "ai" : "yellow"}>
                {summary ? t.review.here : onHub ? t.review.onHub : t.review.missing}
              </Badge>
              {!summary && found && "message" in found && <FailureText failure={found} />}
            </li>
          );
        })}
      </ul>
      {origins.size > 0 && (
        <Button variant="default" size="compact-xs" mt={6} loading={looking} onClick={() => void lookUp()}>
          {t.review.lookUp}
        </Button>
      )}
    </section>
  );
}

/** Size and terms, of a model that is here or as the Hub tells them. */
function About({ model }: { readonly model: ModelSummary | HubLook | undefined }) {
  const t = useText();
  const formats = useFormats();
  const facts = model && [
    formats.bytes(model.bytes),
    ...("parameters" in model ? [formats.parameters(model.parameters)] : []),
    ...(model.license ? [t.review.license(model.license)] : []),
    ...("gated" in model && model.gated ? [t.review.gated] : []),
  ];
  return <span className={classes.about}>{facts?.join(" · ")}</span>;
}
