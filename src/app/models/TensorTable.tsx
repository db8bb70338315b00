import { TextInput } from "@mantine/core";
import { IconFilter } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useDeferredValue, useMemo, useRef, useState } from "react";
import type { TensorRow } from "../../engine/protocol/protocol";
import { useFormats, useText } from "../context";
import { ScrollRegion } from "../parts/ScrollRegion";
import { dtypeLabel } from "./dtypeLabel";
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
  const visible = rows.getVirtualItems();
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
        <table className={classes.tensors} aria-label={t.inspector.tensors} aria-rowcount={shown.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              <th scope="col">{t.inspector.name}</th>
              <th scope="col">{t.inspector.dtype}</th>
              <th scope="col">{t.inspector.shape}</th>
              <th scope="col">{t.inspector.size}</th>
            </tr>
          </thead>
          <tbody>
            <Gap height={visible[0]?.start ?? 0} />
            {visible.map(({ index }) => {
              const tensor = shown[index];
              return (
                tensor && (
                  <tr key={tensor.name} aria-rowindex={index + 2} style={{ height: ROW_HEIGHT }}>
                    <td title={`${tensor.name}\n${tensor.file}`}>{tensor.name}</td>
                    <td>{dtypeLabel(tensor)}</td>
                    <td>{tensor.shape.join(" × ") || "1"}</td>
                    <td>{formats.bytes(tensor.bytes)}</td>
                  </tr>
                )
              );
            })}
            <Gap height={rows.getTotalSize() - (visible.at(-1)?.end ?? 0)} />
          </tbody>
        </table>
      </ScrollRegion>
    </>
  );
}

/** Stands for the rows above or below the visible ones. */
function Gap({ height }: { readonly height: number }) {
  return (
    <tr aria-hidden style={{ height }}>
      <td colSpan={4} />
    </tr>
  );
}

/** Every word must be found in the name, the type or the shape. */
function matches(tensor: TensorRow, words: string): boolean {
  const text = `${tensor.name} ${dtypeLabel(tensor)} ${tensor.shape.join("x")} ${tensor.file}`.toLowerCase();
  return words.split(/\s+/).every((word) => text.includes(word));
}
