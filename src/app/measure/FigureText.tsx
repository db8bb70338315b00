import type { Figure as MeasuredFigure } from "../../eval/defineMeasure";
import { useFormats, useText } from "../context";
import { Figure } from "../parts/Figure";
import classes from "./Measure.module.css";

/** A figure with what stands behind it: how sure it is, the base's, what to beware of. */
export function FigureText({ figure }: { readonly figure: MeasuredFigure }) {
  const t = useText();
  const formats = useFormats();
  switch (figure.kind) {
    case "number": {
      const { value, error, base, tie, restMass } = figure;
      const title = tie
        ? t.measure.tie
        : restMass === undefined
          ? undefined
          : t.measure.restMass(formats.percent(restMass));
      const behind = [
        ...(error !== undefined && Number.isFinite(error) ? [`± ${formats.number(error)}`] : []), // one prompt has no spread
        ...(tie ? ["≈"] : []),
        ...(base === undefined ? [] : [t.measure.ofBase(formats.measure(base))]),
      ];
      return (
        <>
          <Figure value={value} />
          {behind.length > 0 && (
            <>
              {" "}
              <span className={classes.quiet} title={title}>
                {behind.join(" ")}
              </span>
            </>
          )}
        </>
      );
    }
    case "share":
      return <data value={String(figure.value)}>{formats.percent(figure.value)}</data>;
    case "count": {
      const { value, total, error, base } = figure;
      const behind = [
        ...(Number.isFinite(error) ? [`± ${formats.percent(error)}`] : []),
        ...(base === undefined ? [] : [t.measure.ofBase(formats.count(base))]),
      ];
      return (
        <>
          <data value={String(value)}>{t.measure.ofTotal(formats.count(value), formats.count(total))}</data>{" "}
          <span className={classes.quiet}>{behind.join(" · ")}</span>
        </>
      );
    }
    case "rank":
      return (
        <>
          {t.measure.rank(formats.number(figure.value))} ·{" "}
          <span className={figure.flag ? classes.flagged : classes.healthy}>
            {figure.flag ? t.measure.flags[figure.flag] : t.measure.healthy}
          </span>
        </>
      );
  }
}
