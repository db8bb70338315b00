import type { Failure } from "../../state/failure";
import { useCatalogue } from "../context";
import { failureSentence } from "../i18n/failures";
import classes from "./FailureText.module.css";

/** What went wrong, as a sentence of the chosen language. */
export function FailureText({ failure }: { readonly failure: Failure }) {
  const catalogue = useCatalogue();
  return (
    <p className={classes.failure} role="alert" data-code={failure.code}>
      {failureSentence(failure, catalogue)}
    </p>
  );
}
