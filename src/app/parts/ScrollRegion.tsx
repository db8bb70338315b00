import { Box } from "@mantine/core";
import type { ReactNode, Ref } from "react";

interface ScrollRegionProps {
  readonly label: string;
  readonly className?: string | undefined;
  readonly ref?: Ref<HTMLDivElement>;
  readonly children: ReactNode;
}

/** A stretch that scrolls by itself, and can be reached and scrolled with the keyboard. */
export function ScrollRegion({ label, className, ref, children }: ScrollRegionProps) {
  return (
    <Box ref={ref} role="region" aria-label={label} tabIndex={0} {...(className && { className })}>
      {children}
    </Box>
  );
}
