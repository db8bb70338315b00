import { Button, Group, Text } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { type Failure, failureOf } from "../../state/failure";
import { useText } from "../context";
import classes from "./Boundary.module.css";
import { FailureText } from "./FailureText";

interface BoundaryProps {
  /** Forgets the visit, which may be what cannot be drawn. */
  readonly forgetVisit: () => Promise<void>;
  readonly children: ReactNode;
}

/** Where drawing fails there would be an empty window, and again after a reload: this says so, and gives ways out. */
export class Boundary extends Component<BoundaryProps, { readonly failure?: Failure }> {
  override state: { readonly failure?: Failure } = {};

  static getDerivedStateFromError(error: unknown) {
    return { failure: failureOf(error) };
  }

  override render() {
    const { failure } = this.state;
    return failure ? <WaysOut failure={failure} forgetVisit={this.props.forgetVisit} /> : this.props.children;
  }
}

function WaysOut({ failure, forgetVisit }: { readonly failure: Failure } & Omit<BoundaryProps, "children">) {
  const t = useText();
  const startAfresh = async () => {
    await forgetVisit();
    location.reload();
  };
  return (
    <main className={classes.place}>
      <FailureText failure={failure} />
      <Group gap="sm" my="md">
        <Button onClick={() => location.reload()}>{t.failure.reload}</Button>
        <Button variant="default" onClick={() => void startAfresh()}>
          {t.failure.afresh}
        </Button>
      </Group>
      <Text size="xs" c="dimmed">
        {t.failure.afreshHint}
      </Text>
    </main>
  );
}
