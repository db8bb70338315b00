import { useMounted } from "@mantine/hooks";

/**
 * Whether a dialog shows, never yet in its first render: mounted open, it would not know what had the focus before it,
 * and could not give it back.
 */
export function useOpened(wanted: boolean): boolean {
  return useMounted() && wanted;
}
