import { Figure } from "../parts/Figure";
import { keyed } from "../parts/keyed";
import { ScrollRegion } from "../parts/ScrollRegion";
import classes from "./Charts.module.css";
import type { Cell, ChartTable } from "./data/table";

/** A chart for those who would rather read, or cannot see, figures in full precision behind the short ones. */
export function ChartTableView({ name, table }: { readonly name: string; readonly table: ChartTable }) {
  return (
    <ScrollRegion label={name} className={classes.scroller}>
      <table className={classes.table} aria-label={name}>
        <thead>
          <tr>
            {table.columns.map((column, at) => (
              <th key={column} scope="col" data-figure={typeof table.rows[0]?.[at] === "number"}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {keyed(table.rows, (row) => String(row[0])).map(({ key, item: row }) => (
            <tr key={key}>
              {table.columns.map((column, at) => (
                <td key={column}>
                  <CellView cell={row[at]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function CellView({ cell }: { readonly cell: Cell }) {
  if (Number.isNaN(cell)) return null;
  return typeof cell === "number" ? <Figure value={cell} /> : cell;
}
