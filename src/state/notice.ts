import { isAbort } from "../base/errors";
import { type Failure, failureOf } from "./failure";
import type { Slice } from "./slice";

/** Something that went wrong outside a run or a model's opening, and has no panel of its own to say so. */
export interface NoticeSlice {
  readonly notice: Failure | undefined;
  /** Waits for an action; a failure becomes the notice. Changing one's mind is no failure. */
  attempt(action: Promise<unknown>): Promise<void>;
  dismissNotice(): void;
}

export const createNoticeSlice: Slice<NoticeSlice> = (set) => ({
  notice: undefined,
  async attempt(action) {
    try {
      await action;
    } catch (error) {
      if (!isAbort(error)) set({ notice: failureOf(error) });
    }
  },
  dismissNotice: () => set({ notice: undefined }),
});
