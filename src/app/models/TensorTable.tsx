import { TextInput } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useMemo, useRef, useState } from "react";
import type { TensorRow } from "../../engine/protocol";
import { useFormats, useText } from "../context";
import { ScrollRegion } from "../parts/ScrollRegion";
import classes from "./Inspector.module.css";

const ROW_HEIGHT = 26;

/** Thousands of tensors, of which only the visible rows exist. */
export function TensorTable({ tensors }: { readonly tensors: readonly TensorRow[] }) {
  const t = useText();
  const formats = useFormats();
  const [filter, setFilter] = useState("");
  const words = useDeferredValue(filter.toLowerCase());
  const shown = useMemo(() => tensors.filter((tensor) => matches(tensor, words)), [tensors, words]);
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 20,
  });
  return (
    <>
      <TextInput
        aria-label={t.inspector.filter}
        placeholder={t.inspector.filter}
        leftSection={<IconFilter size={13} />}
        rightSection={
          <span className={classes.count}>
            {t.inspector.count(formats.count(shown.length), formats.count(tensors.length))}
          </span>
        }
        rightSectionWidth={110}
        value={filter}
        onChange={(event) => setFilter(event.currentTarget.value)}
        spellCheck={false}
      />
      <ScrollRegion className={classes.scroller} ref={scroller} label={t.inspector.tensors}>
        <div role="table" aria-label={t.inspector.tensors} aria-rowcount={shown.length + 1}>
          <div role="row" aria-rowindex={1} className={`${classes.row} ${classes.headRow}`}>
            <span role="columnheader">{t.inspector.name}</span>
            <span role="columnheader">{t.inspector.dtype}</span>
            <span role="columnheader">{t.inspector.shape}</span>
            <span role="columnheader">{t.inspector.size}</span>
          </div>
          <div role="rowgroup" style={{ height: rows.getTotalSize(), position: "relative" }}>
            {rows.getVirtualItems().map(({ index, start }) => {
              const tensor = shown[index];
              return (
                tensor && (
                  <div
                    key={tensor.name}
                    role="row"
                    aria-rowindex={index + 2}
                    className={classes.row}
                    style={{
                      position: "absolute",
                      inset: "0 0 auto",
                      height: ROW_HEIGHT,
                      transform: `translateY(${start}px)`,
                    }}
                  >
                    <span role="cell" className={classes.tensorName} title={`${tensor.name}\n${tensor.file}`}>
                      {tensor.name}
                    </span>
                    <span role="cell">{tensor.dtype}</span>
                    <span role="cell">{tensor.shape.join(" × ") || "1"}</span>
                    <span role="cell">{formats.bytes(tensor.bytes)}</span>
                  </div>
                )
              );
            })}
          </div>
        </div>
      </ScrollRegion>
    </>
  );
}

/** Every word must be found in the name, the type or the shape. */
function matches(tensor: TensorRow, words: string): boolean {
  const text = `${tensor.name} ${tensor.dtype} ${tensor.shape.join("x")} ${tensor.file}`.toLowerCase();
  return words.split(/\s+/).every((word) => text.includes(word));
}
