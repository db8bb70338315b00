import { type ReactNode, Suspense, useEffect, useState } from "react";
import { whenIdle } from "./browser/whenIdle";

interface WhenIdleProps {
  /** What stands there until then. */
  readonly before?: ReactNode;
  /** Lazy parts, which are asked for when they are first shown. */
  readonly children: ReactNode;
}

/** Shows its children once the first screen stands and nobody waits. */
export function WhenIdle({ before, children }: WhenIdleProps) {
  const [idle, setIdle] = useState(false);
  useEffect(() => whenIdle(() => setIdle(true)), []);
  return <Suspense fallback={before}>{idle ? children : before}</Suspense>;
}
