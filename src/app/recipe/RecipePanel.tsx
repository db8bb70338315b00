import { SegmentedControl, TextInput } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { lazy } from "react";
import { useStudio, useText } from "../context";
import { Panel } from "../parts/Panel";
import { WhenIdle } from "../parts/WhenIdle";
import { CheckState } from "./CheckState";
import { PlanFacts } from "./PlanFacts";
import { ProblemList } from "./ProblemList";
import { RecipeForm } from "./RecipeForm";
import classes from "./RecipePanel.module.css";
import { RecipeText } from "./RecipeText";

/** The text can be read at once; what it takes to write in it comes when the first screen stands. */
const RecipeEditor = lazy(() => import("./editor/RecipeEditor"));

/** The recipe, as a form and as text, with what the plan says about it underneath. */
export function RecipePanel() {
  const t = useText();
  const name = useStudio((state) => state.recipeName);
  const renameRecipe = useStudio((state) => state.renameRecipe);
  const view = useStudio((state) => state.recipeView);
  const show = useStudio((state) => state.show);
  const narrow = useMediaQuery("(max-width: 1279px)", false, { getInitialValueInEffect: false });
  return (
    <Panel
      title={t.recipe.title}
      actions={
        <>
          <TextInput
            className={classes.name}
            variant="unstyled"
            aria-label={t.recipe.name}
            value={name}
            onChange={(event) => renameRecipe(event.currentTarget.value)}
            maxLength={96}
            spellCheck={false}
          />
          <CheckState />
          {narrow && (
            <SegmentedControl
              aria-label={t.recipe.view}
              value={view}
              onChange={(value) => show({ recipeView: value })}
              data={[
                { value: "form", label: t.recipe.form },
                { value: "text", label: t.recipe.text },
              ]}
            />
          )}
        </>
      }
    >
      <div className={classes.views}>
        {(!narrow || view === "form") && (
          <div className={classes.form} data-recipe-form>
            <RecipeForm />
          </div>
        )}
        {(!narrow || view === "text") && (
          <div className={classes.editor}>
            <WhenIdle before={<RecipeText />}>
              <RecipeEditor />
            </WhenIdle>
          </div>
        )}
      </div>
      <ProblemList />
      <PlanFacts />
    </Panel>
  );
}
