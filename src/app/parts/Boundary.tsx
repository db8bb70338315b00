import { Button, Group, Text } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { asFileName } from "../../io/path";
import { type Failure, failureOf } from "../../state/failure";
import { useStudioStore, useText } from "../context";
import classes from "./Boundary.module.css";
import { saveBlob } from "./browser/save";
import { FailureText } from "./FailureText";

/** What is done about a page that cannot be drawn. */
export interface Rescue {
  /** Keeps in mind what may be at fault. */
  crashed(): void;
  /** Loads the page anew without what is at fault. */
  startAfresh(): Promise<void>;
}

interface BoundaryProps {
  readonly rescue: Rescue;
  readonly children: ReactNode;
}

/** Where drawing fails there would be an empty window, and again after a reload: this says so, and gives ways out. */
export class Boundary extends Component<BoundaryProps, { readonly failure?: Failure }> {
  override state: { readonly failure?: Failure } = {};

  static getDerivedStateFromError(error: unknown) {
    return { failure: failureOf(error) };
  }

  override componentDidCatch() {
    this.props.rescue.crashed();
  }

  override render() {
    const { failure } = this.state;
    return failure ? <WaysOut failure={failure} rescue={this.props.rescue} /> : this.props.children;
  }
}

function WaysOut({ failure, rescue }: { readonly failure: Failure; readonly rescue: Rescue }) {
  const t = useText();
  const studio = useStudioStore();
  const saveRecipe = () => {
    const { recipe, recipeName } = studio.getState();
    saveBlob(`${asFileName(recipeName, "recipe")}.yaml`, new Blob([recipe.present], { type: "text/yaml" }));
  };
  return (
    <main className={classes.place}>
      <FailureText failure={failure} />
      <Group gap="sm" my="md">
        <Button onClick={() => location.reload()}>{t.failure.reload}</Button>
        <Button variant="default" onClick={() => void rescue.startAfresh()}>
          {t.failure.afresh}
        </Button>
        <Button variant="subtle" onClick={saveRecipe}>
          {t.failure.saveRecipe}
        </Button>
      </Group>
      <Text size="xs" c="dimmed">
        {t.failure.afreshHint}
      </Text>
    </main>
  );
}
