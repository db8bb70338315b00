import { ActionIcon, Anchor, Select, Text, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { lazy } from "react";
import type { ModelItem, Recipe, RecipePart } from "../../recipe/parse/recipe";
import { foldersOf, isMade, modelReferences } from "../../recipe/parse/references";
import type { ModelPlace } from "../../recipe/text/edit/edit";
import type { FormMethod } from "../../state/engine";
import { mergeableNames } from "../../state/models/adapters";
import { entryName } from "../../state/models/models";
import { useStudio, useText } from "../context";
import { keyed } from "../parts/keyed";
import { Section } from "../parts/Panel";
import { Swatch } from "../parts/Swatch";
import { WhenIdle } from "../parts/WhenIdle";
import { useHelp } from "./help/useHelp";
import { ParameterField } from "./ParameterField";
import classes from "./RecipeForm.module.css";
import { useRecipe } from "./useRecipe";

const TokenizerForm = lazy(() => import("./output/TokenizerForm"));

/** dtype names as mergekit writes them; the empty value leaves the key out. */
const DTYPES = ["float32", "bfloat16", "float16"];
const AS_STORED = "";
const NO_BASE = "";

/** What is wrong with a recipe that only needs a method to begin. */
const UNBEGUN = new Set(["recipe/empty", "recipe/missing-method"]);

/** The recipe as fields. Each one writes into the text; what has no field is left alone. */
export function RecipeForm() {
  const t = useText();
  const methods = useStudio((state) => state.methods);
  const { recipe, problems } = useRecipe();
  if (!recipe && problems.every(({ code }) => UNBEGUN.has(code))) {
    return (
      <section className={classes.basics} aria-label={t.recipe.form}>
        <MethodSelect written={undefined} method={undefined} />
      </section>
    );
  }
  if (!recipe) return <p className={classes.unreadable}>{t.recipe.unreadable}</p>;
  if (recipe.mixture) return <p className={classes.unreadable}>{t.recipe.mixture}</p>;
  const method = methods.find(({ id }) => id === recipe.method.value);
  return (
    <>
      <Basics recipe={recipe} method={method} />
      {recipe.modules.length > 0 ? (
        recipe.modules.map((part) => (
          <Part key={part.name} recipe={recipe} method={method} part={part} module={part.name} />
        ))
      ) : (
        <Part recipe={recipe} method={method} part={recipe} module={undefined} />
      )}
      {method && Object.keys(method.globals).length > 0 && <MethodParameters recipe={recipe} method={method} />}
      <WhenIdle>
        <TokenizerForm recipe={recipe} />
      </WhenIdle>
    </>
  );
}

interface FormProps {
  readonly recipe: Recipe;
  readonly method: FormMethod | undefined;
}

interface PartProps extends FormProps {
  /** Whose models or layers these are: the recipe's, or one of its modules'. */
  readonly part: RecipePart;
  readonly module: string | undefined;
}

function Part(props: PartProps) {
  return props.part.slices.length > 0 ? <Slices {...props} /> : <Models {...props} />;
}

function Basics({ recipe, method }: FormProps) {
  const t = useText();
  const { change } = useRecipe();
  const names = useModelNames(recipe);
  const help = useHelp().ofMethod(recipe.method.value);
  return (
    <section className={classes.basics} aria-label={t.recipe.form}>
      <MethodSelect written={recipe.method.value} method={method} />
      <Select
        label={t.recipe.base}
        value={recipe.base?.key ?? NO_BASE}
        onChange={(key) => change.setBase(key || undefined)}
        data={[{ value: NO_BASE, label: t.recipe.noBase }, ...names]}
        {...(method?.base === "none" && recipe.base && { description: t.recipe.baseUnused })}
        inputWrapperOrder={["label", "input", "description"]}
      />
      {help && <p className={classes.help}>{help}</p>}
      <Select
        label={t.recipe.dtype}
        value={dtypeName(recipe.dtype?.value)}
        onChange={(name) => change.setDType(name || undefined)}
        data={[{ value: AS_STORED, label: t.recipe.asStored }, ...DTYPES]}
      />
      <Select
        label={t.recipe.outDType}
        value={dtypeName(recipe.outDtype?.value)}
        onChange={(name) => change.setOutDType(name || undefined)}
        data={[{ value: AS_STORED, label: t.recipe.asStored }, ...DTYPES]}
      />
    </section>
  );
}

interface MethodSelectProps {
  /** As the text has it; absent while it has none. */
  readonly written: string | undefined;
  /** Absent when there is no such method. */
  readonly method: FormMethod | undefined;
}

function MethodSelect({ written, method }: MethodSelectProps) {
  const t = useText();
  const methods = useStudio((state) => state.methods);
  const { change } = useRecipe();
  return (
    <Select
      label={t.recipe.method}
      placeholder={t.recipe.methodPlaceholder}
      value={written ?? null}
      onChange={(id) => id && change.setMethod(id)}
      data={[
        ...methods.map(({ id, label }) => ({ value: id, label })),
        ...(method || !written ? [] : [{ value: written, label: written }]),
      ]}
      description={
        written && (
          <span className={classes.methodNote}>
            <code>{written}</code>
            {method?.paper && (
              <Anchor href={method.paper.url} target="_blank" rel="noreferrer" fz="inherit" title={method.paper.title}>
                {t.recipe.paper}
              </Anchor>
            )}
          </span>
        )
      }
      inputWrapperOrder={["label", "input", "description"]}
      searchable
    />
  );
}

function dtypeName(dtype: "BF16" | "F16" | "F32" | undefined): string {
  return dtype ? { BF16: "bfloat16", F16: "float16", F32: "float32" }[dtype] : AS_STORED;
}

/** Loaded models first, then what the recipe names and nobody has loaded. */
function useModelNames(recipe: Recipe): string[] {
  const models = useStudio((state) => state.models);
  const named = modelReferences(recipe).map(({ key }) => key);
  return [...new Set([...mergeableNames(models), ...named])];
}

function Models({ recipe, method, part, module }: PartProps) {
  const t = useText();
  const models = useStudio((state) => state.models);
  const { change } = useRecipe();
  const listed = new Set(part.models.map(({ model }) => model.key));
  const addable = mergeableNames(models).filter((name) => !listed.has(name));
  return (
    <Section title={t.recipe.part(t.recipe.models, module)}>
      {part.models.length === 0 && (
        <Text size="xs" c="dimmed" mb={8}>
          {t.recipe.noModels}
        </Text>
      )}
      <ul className={classes.models}>
        {keyed(part.models, ({ model }) => model.key).map(({ key, item }, index) => (
          <ModelRow
            key={key}
            item={item}
            at={{ model: index, module }}
            inherited={[part, recipe]}
            recipe={recipe}
            method={method}
          />
        ))}
      </ul>
      {addable.length > 0 && (
        <Select
          className={classes.adder}
          aria-label={t.recipe.addModel}
          placeholder={t.recipe.addModel}
          value={null}
          onChange={(name) => name && change.addModel(name, module)}
          data={addable}
        />
      )}
    </Section>
  );
}

interface ModelRowProps extends FormProps {
  readonly item: ModelItem;
  readonly at: ModelPlace;
  /** What parameters are looked for in that the entry does not set, nearest first. */
  readonly inherited: readonly RecipePart[];
}

function ModelRow({ item, at, inherited, recipe, method }: ModelRowProps) {
  const t = useText();
  const { change } = useRecipe();
  const { key } = item.model;
  const names = useStudio((state) => state.models).map(entryName);
  const folders = foldersOf(item.model);
  const place = names.indexOf(folders[0]?.key ?? key);
  const isMissing = folders.some((folder) => !names.includes(folder.key) && !isMade(recipe, folder));
  const isBase = recipe.base?.key === key;
  const parameters = Object.entries(method?.perModel ?? {});
  return (
    <li className={classes.model}>
      <div className={classes.modelHead}>
        <Swatch index={place} base={isBase} />
        <span className={classes.modelName} title={key}>
          {key}
        </span>
        {isBase && <span className={classes.tag}>{t.models.base}</span>}
        {isMissing && <span className={classes.missing}>{t.recipe.notLoaded}</span>}
        <Tooltip label={t.recipe.removeModel(key)}>
          <ActionIcon size={20} aria-label={t.recipe.removeModel(key)} onClick={() => change.removeModel(at)}>
            <IconX size={13} />
          </ActionIcon>
        </Tooltip>
      </div>
      {!isBase &&
        parameters.map(([name, facts]) => (
          <ParameterField
            key={name}
            name={name}
            method={method?.id ?? ""}
            owner={key}
            facts={facts}
            setting={item.parameters.get(name)}
            inherited={inherited.map(({ parameters }) => parameters.get(name)).find((setting) => setting !== undefined)}
            colorIndex={place}
            place={at}
          />
        ))}
    </li>
  );
}

function MethodParameters({ recipe, method }: { readonly recipe: Recipe; readonly method: FormMethod }) {
  const t = useText();
  return (
    <Section title={t.recipe.methodParameters}>
      {Object.entries(method.globals).map(([name, facts]) => (
        <ParameterField
          key={name}
          name={name}
          method={method.id}
          owner={method.id}
          facts={facts}
          setting={recipe.parameters.get(name)}
          inherited={undefined}
          colorIndex={undefined}
          place="recipe"
        />
      ))}
    </Section>
  );
}

/** Layer stacks are read here and written in the text. */
function Slices({ recipe, part, module }: PartProps) {
  const t = useText();
  const models = useStudio((state) => state.models);
  const names = models.map(entryName);
  return (
    <Section title={t.recipe.part(t.recipe.slices, module)}>
      <Text size="xs" c="dimmed" mb={8}>
        {t.recipe.slicesHint}
      </Text>
      <ol className={classes.slices}>
        {part.slices.map((slice, index) => (
          <li key={slice.span.from} aria-label={t.recipe.slice(index + 1)}>
            {slice.sources.map(({ model, layerRange, span }) => (
              <span key={span.from} className={classes.source}>
                <Swatch
                  index={names.indexOf(foldersOf(model)[0]?.key ?? model.key)}
                  base={recipe.base?.key === model.key}
                />
                <span className={classes.modelName}>{model.key}</span>
                <code>
                  {layerRange.value[0]}–{layerRange.value[1]}
                </code>
              </span>
            ))}
          </li>
        ))}
      </ol>
    </Section>
  );
}
