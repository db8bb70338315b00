import { useEffect, useState } from "react";
import { useStudio, useText } from "../context";
import { droppedModels, droppedRecipe, recipeNameOf } from "./pickers";
import classes from "./WindowDrop.module.css";

/** The whole window takes drops; while something hovers over it, it says so. */
export function WindowDrop() {
  const t = useText();
  const addModel = useStudio((state) => state.addModel);
  const attempt = useStudio((state) => state.attempt);
  const loadRecipe = useStudio((state) => state.loadRecipe);
  const [hovering, setHovering] = useState(false);
  useEffect(() => {
    const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
    const over = (event: DragEvent) => {
      if (!carriesFiles(event)) return;
      // A panel that takes files itself has said so already.
      setHovering(!event.defaultPrevented);
      event.preventDefault();
    };
    // The pointer has left the window when it enters nothing.
    const leave = (event: DragEvent) => {
      if (event.relatedTarget === null) setHovering(false);
    };
    const drop = async (event: DragEvent) => {
      setHovering(false);
      if (!event.dataTransfer || !carriesFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      const recipe = droppedRecipe(event.dataTransfer);
      if (recipe) return loadRecipe({ text: await recipe.text(), name: recipeNameOf(recipe.name) });
      for (const origin of await droppedModels(event.dataTransfer)) await addModel(origin);
    };
    const dropped = (event: DragEvent) => void attempt(drop(event));
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", dropped);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", dropped);
    };
  }, [addModel, attempt, loadRecipe]);
  if (!hovering) return null;
  return (
    <div className={classes.veil} aria-hidden>
      <div className={classes.message}>
        <strong>{t.app.drop}</strong>
        <span>{t.app.dropHint}</span>
      </div>
    </div>
  );
}
