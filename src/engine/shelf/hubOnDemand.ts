import type { HubOptions } from "../../hub/hubClient";
import type { Hub } from "../../hub/types";

/**
 * The Hub behind a door that opens when somebody first asks for it: until then its client need not be loaded.
 * @throws {AwaseError} `hub/bad-token`, from the door
 */
export function hubOnDemand({ token, ...options }: HubSettings): () => Promise<Hub> {
  let hub: Promise<Hub> | undefined;
  const open = async () => {
    const { createHub } = await import("../../hub/hubClient");
    return createHub({ ...options, ...(token !== undefined && { token }) });
  };
  return () => {
    hub ??= open().catch((error: unknown) => {
      hub = undefined;
      throw error;
    });
    return hub;
  };
}

interface HubSettings extends Pick<HubOptions, "hubUrl" | "onNote"> {
  readonly token: string | undefined;
}
