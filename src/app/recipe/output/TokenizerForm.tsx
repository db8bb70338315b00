import { NumberInput, Select } from "@mantine/core";
import { own } from "../../../base/own";
import { MAX_PADDING } from "../../../recipe/parse/parseTokenizer";
import type { Recipe } from "../../../recipe/parse/recipe";
import { TEMPLATE_NAMES } from "../../../recipe/plan/vocabulary/builtInTemplates";
import { modelNames } from "../../../state/models/models";
import { useStudio } from "../../context";
import classes from "../RecipeForm.module.css";
import { useRecipe } from "../useRecipe";
import { OUTPUT_WORDS } from "./words";

/** Stands for a key that is not there. */
const NONE = "";
/** Stands for a template that is written out. */
const TEXT = "text";

/** What a model may be called, and no recipe can mean it by: the words come first, as in mergekit. */
const WORDS: ReadonlySet<string> = new Set([NONE, "union", "base"]);

/** Which tokenizer and chat template the output gets. */
export default function TokenizerForm({ recipe }: { readonly recipe: Recipe }) {
  const words = OUTPUT_WORDS[useStudio((state) => state.language)];
  return (
    <section className={classes.basics} aria-label={words.tokenizer}>
      <Source recipe={recipe} />
      <Template written={recipe.chatTemplate?.value} />
    </section>
  );
}

function Source({ recipe }: { readonly recipe: Recipe }) {
  const words = OUTPUT_WORDS[useStudio((state) => state.language)];
  const models = useStudio((state) => state.models);
  const { change } = useRecipe();
  const { tokenizer } = recipe;
  const source = tokenizer && (typeof tokenizer.source === "object" ? tokenizer.source.key : tokenizer.source);
  const named = typeof tokenizer?.source === "object" ? [tokenizer.source.key] : [];
  const { copied, union, base } = words.sources;
  const help = own(words.help, source ?? "copied") ?? words.help.model;
  const count = tokenizer?.tokens.length ?? 0;
  return (
    <>
      <Select
        label={words.tokenizer}
        value={source ?? NONE}
        onChange={(chosen) => change.setTokenizer(chosen || undefined)}
        data={[
          { value: NONE, label: copied },
          { value: "union", label: union },
          { value: "base", label: base },
          ...new Set([...modelNames(models), ...named].filter((name) => !WORDS.has(name))),
        ]}
      />
      <p className={classes.help}>{count > 0 ? `${help} ${words.tokens(count)}` : help}</p>
      {tokenizer && (
        <NumberInput
          label={words.padding}
          description={words.paddingHelp}
          inputWrapperOrder={["label", "input", "description"]}
          value={tokenizer.padToMultipleOf ?? ""}
          min={1}
          max={MAX_PADDING}
          allowDecimal={false}
          allowNegative={false}
          onChange={(step) => change.setPadding(typeof step === "number" && step >= 1 ? step : undefined)}
        />
      )}
    </>
  );
}

function Template({ written }: { readonly written: string | undefined }) {
  const words = OUTPUT_WORDS[useStudio((state) => state.language)];
  const { change } = useRecipe();
  const isNamed = written === undefined || written === "auto" || TEMPLATE_NAMES.includes(written);
  const kind = written === undefined ? "own" : written === "auto" ? "auto" : isNamed ? "name" : "text";
  return (
    <Select
      label={words.template}
      description={words.templateHelp[kind]}
      inputWrapperOrder={["label", "input", "description"]}
      value={isNamed ? (written ?? NONE) : TEXT}
      onChange={(chosen) => chosen !== TEXT && change.setTemplate(chosen || undefined)}
      data={[
        { value: NONE, label: words.templates.own },
        { value: "auto", label: words.templates.auto },
        ...TEMPLATE_NAMES,
        ...(isNamed ? [] : [{ value: TEXT, label: words.templates.text }]),
      ]}
    />
  );
}
