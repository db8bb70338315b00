import { type ReactNode, useEffect, useRef, useState } from "react";
import { useText } from "../context";
import classes from "./Prompts.module.css";

interface PromptsDropProps {
  readonly onDrop: (files: readonly File[]) => void;
  readonly children: ReactNode;
}

/** Takes dropped files before the window takes them for models. */
export function PromptsDrop({ onDrop, children }: PromptsDropProps) {
  const t = useText();
  const place = useRef<HTMLDivElement>(null);
  const [hovering, setHovering] = useState(false);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const over = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setHovering(true);
    };
    const leave = (event: DragEvent) => {
      if (!element.contains(event.relatedTarget as Node | null)) setHovering(false);
    };
    const drop = (event: DragEvent) => {
      setHovering(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      onDrop(files);
    };
    element.addEventListener("dragover", over);
    element.addEventListener("dragleave", leave);
    element.addEventListener("drop", drop);
    return () => {
      element.removeEventListener("dragover", over);
      element.removeEventListener("dragleave", leave);
      element.removeEventListener("drop", drop);
    };
  }, [onDrop]);
  return (
    <div ref={place} className={classes.dropping}>
      {children}
      {hovering && (
        <div className={classes.veil} aria-hidden>
          {t.prompts.drop}
        </div>
      )}
    </div>
  );
}
