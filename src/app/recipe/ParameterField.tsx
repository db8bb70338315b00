import { ActionIcon, Anchor, Checkbox, Slider, Tooltip } from "@mantine/core";
import { IconRotate } from "@tabler/icons-react";
import { lazy, Suspense } from "react";
import type { ParameterFacts } from "../../recipe/facts";
import type { Setting } from "../../recipe/parse/recipe";
import type { Tuning } from "../../state/recipe/recipe";
import { useFormats, useStudio, useText } from "../context";
import { ExactNumber } from "../parts/ExactNumber";
import { modelColor } from "../parts/Swatch";
import { useHelp } from "./help/useHelp";
import classes from "./ParameterField.module.css";
import { goToLine } from "./reveal";
import { useRecipe } from "./useRecipe";

const CurveChart = lazy(() => import("./CurveChart"));

interface ParameterFieldProps {
  readonly name: string;
  /** Id of the method that reads it. */
  readonly method: string;
  /** Whose parameter it is: a model, or the method. Part of the accessible name. */
  readonly owner: string;
  readonly facts: ParameterFacts;
  /** What the recipe says at this place. */
  readonly setting: Setting | undefined;
  /** What it says for the whole recipe, which counts when this place says nothing. */
  readonly inherited: Setting | undefined;
  /** Colour of the model; absent for the method's own parameters. */
  readonly colorIndex: number | undefined;
  /** Where in the recipe it is written. */
  readonly place: Tuning["place"];
}

/** One parameter: a slider with an exact number, a switch, or a picture of what the text says. */
export function ParameterField(props: ParameterFieldProps) {
  const { name, method, facts, setting, inherited, owner, place } = props;
  const { change } = useRecipe();
  const onChange = (value: boolean | undefined) => change.setParameter(place, name, value);
  const t = useText();
  const markRecipe = useStudio((state) => state.markRecipe);
  const help = useHelp();
  const plain = setting ? plainValue(setting) : undefined;
  const fallback = (inherited && plainValue(inherited)) ?? facts.default;
  return (
    <div className={classes.field} data-tall={setting !== undefined && plain === undefined}>
      <ParameterName name={name} help={help.ofParameter(method, name)} />
      {setting && plain === undefined ? (
        <InText setting={setting} name={name} colorIndex={props.colorIndex} />
      ) : facts.kind === "boolean" ? (
        <Checkbox
          className={classes.wide}
          aria-label={`${name}, ${owner}`}
          checked={Boolean(plain ?? fallback ?? false)}
          onChange={(event) => {
            onChange(event.currentTarget.checked);
            markRecipe();
          }}
        />
      ) : (
        <NumberField {...props} value={plain} fallback={typeof fallback === "number" ? fallback : undefined} />
      )}
      {setting ? (
        <Tooltip label={t.recipe.reset(name)}>
          <ActionIcon
            size={20}
            aria-label={`${t.recipe.reset(name)}, ${owner}`}
            onClick={() => {
              onChange(undefined);
              markRecipe();
            }}
          >
            <IconRotate size={13} />
          </ActionIcon>
        </Tooltip>
      ) : (
        <span />
      )}
    </div>
  );
}

/** Decimals that a number may have here: enough for the smallest lengths that count. */
const DECIMALS = 10;

/** A long name goes on in a second line, behind an underscore. */
const breakable = (name: string) => name.replaceAll("_", "_\u200b");

/** The name tells what it stands for, also to those who have no pointer. */
function ParameterName({ name, help }: { readonly name: string; readonly help: string | undefined }) {
  if (help === undefined) {
    return (
      <span className={classes.name} title={name}>
        {breakable(name)}
      </span>
    );
  }
  return (
    <Tooltip
      label={
        <>
          <code>{name}</code>
          <br />
          {help}
        </>
      }
      multiline
      w={270}
      p="6px 9px"
      position="top-start"
      events={{ hover: true, focus: true, touch: true }}
    >
      <button type="button" className={classes.name} data-help aria-label={`${name}: ${help}`}>
        {breakable(name)}
      </button>
    </Tooltip>
  );
}

function samePlace(a: Tuning["place"], b: Tuning["place"]): boolean {
  return a === "recipe" || b === "recipe" ? a === b : a.model === b.model && a.module === b.module;
}

interface NumberFieldProps extends ParameterFieldProps {
  readonly value: number | undefined;
  readonly fallback: number | undefined;
}

function NumberField({ name, owner, facts, value: written, fallback, colorIndex, place }: NumberFieldProps) {
  const { change } = useRecipe();
  const moved = useStudio(({ tuning }) =>
    tuning?.name === name && samePlace(tuning.place, place) ? tuning.value : undefined,
  );
  const value = moved ?? written;
  const t = useText();
  const markRecipe = useStudio((state) => state.markRecipe);
  const shown = value ?? fallback;
  const isRequired = fallback === undefined && facts.default === undefined;
  const [low, high] = facts.range ?? [0, 1];
  const step = facts.step ?? (facts.kind === "integer" ? 1 : 0.01);
  return (
    <>
      <Slider
        className={classes.slider}
        data-unset={value === undefined}
        {...(colorIndex !== undefined && { color: modelColor(colorIndex) })}
        label={null}
        // Values outside the usual range are legal: the slider stretches to hold them.
        min={Math.min(low, shown ?? low)}
        max={Math.max(high, shown ?? high)}
        step={step}
        value={shown ?? low}
        onChange={(next) => change.tune(place, name, next)}
        onChangeEnd={markRecipe}
        thumbLabel={`${name}, ${owner}`}
      />
      <ExactNumber
        className={classes.number}
        aria-label={`${name}, ${owner}`}
        value={value}
        placeholder={fallback !== undefined ? String(fallback) : isRequired ? t.recipe.required : t.recipe.noValue}
        onChange={(next) => change.setParameter(place, name, next)}
        onBlur={markRecipe}
        step={step}
        decimalScale={facts.kind === "integer" ? 0 : DECIMALS}
        hideControls
        {...(value === undefined && isRequired && { "data-required": true })}
      />
    </>
  );
}

/** A gradient or filters: shown as a curve, edited in the text. */
function InText({
  setting,
  name,
  colorIndex,
}: {
  readonly setting: Setting;
  readonly name: string;
  readonly colorIndex: number | undefined;
}) {
  const t = useText();
  const formats = useFormats();
  const layers = useStudio((state) => state.report?.plan?.layers);
  const show = useStudio((state) => state.show);
  const curves = setting.items.flatMap(({ filter, value }) =>
    typeof value === "number" ? [] : [{ label: filter ?? name, stops: value }],
  );
  const filters = setting.items.filter(({ filter }) => filter !== undefined).length;
  const [only] = setting.items;
  const what =
    filters > 0
      ? t.recipe.filters(filters)
      : only && typeof only.value !== "number"
        ? t.recipe.gradient(only.value.length)
        : "";
  return (
    <div className={classes.inText}>
      <div className={classes.said}>
        <span>{what}</span>
        <Anchor
          component="button"
          type="button"
          fz={12}
          onClick={() => {
            show({ recipeView: "text" });
            goToLine(setting.keySpan.line, setting.keySpan.column);
          }}
        >
          {t.recipe.showInText}
        </Anchor>
      </div>
      {filters > 0 && (
        <ul className={classes.filters}>
          {setting.items.map((item) => (
            <li key={item.span.from}>
              <code>{item.filter ?? "*"}</code>
              <span>
                {typeof item.value === "number"
                  ? formats.number(item.value)
                  : item.value.map(formats.number).join(" → ")}
              </span>
            </li>
          ))}
        </ul>
      )}
      {curves.length > 0 && (
        <div className={classes.curve}>
          <Suspense>
            <CurveChart name={name} curves={curves} layers={layers ?? 24} color={modelColor(colorIndex ?? 0)} />
          </Suspense>
        </div>
      )}
    </div>
  );
}

/** The number of a setting that is nothing but a number for all tensors. */
function plainValue({ items }: Setting): number | undefined {
  const [only, ...more] = items;
  return only && more.length === 0 && only.filter === undefined && typeof only.value === "number"
    ? only.value
    : undefined;
}
