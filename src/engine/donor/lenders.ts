import type { Lender, LendingModel } from "../../align/lender";
import type { Device } from "../../compute/device";
import { DONOR_DEFAULTS } from "../../recipe/donor/parameters";
import { planModels } from "../../recipe/plan/inputs/planModels";
import type { MergePlan } from "../../recipe/plan/plan";
import { planKey } from "../shelf/contentKey";
import type { Shelf } from "../shelf/models";

/** What a plan makes without its donor: where its tables and its tokenizer are. */
export type LentTo = Pick<LendingModel, "weights" | "folder">;

/** Donors aligned with what they lend to. The one used last is kept: it is the same for every parameter but `max_shared`. */
export interface Lenders {
  /**
   * @throws {AwaseError} `align/…`, `tokenizer/…`, `lm/…`, and what reading the models throws
   */
  open(
    plan: MergePlan,
    base: LentTo,
    device: Device,
    watch?: { readonly signal?: AbortSignal | undefined; readonly onProgress?: (done: number) => void },
  ): Promise<Lender>;
}

export function createLenders(shelf: Shelf): Lenders {
  let kept: { readonly device: Device; readonly key: string; readonly lender: Promise<Lender> } | undefined;
  return {
    async open(plan, base, device, { signal, onProgress } = {}) {
      const { donor, config, models } = plan;
      if (!donor) throw new TypeError("The plan has no donor.");
      const { max_shared: maxShared } = donor.parameters;
      // What is blended, and how much, changes nothing of how they lie beside each other.
      const same = { ...plan, donor: { ...donor, parameters: { ...DONOR_DEFAULTS, max_shared: maxShared } } };
      const key = await planKey(same, shelf.checkpoints, signal);
      if (kept?.device === device && kept.key === key) return kept.lender;
      const name = models.length === 1 ? (models[0]?.key ?? "") : "the merge";
      const donorModel = planModels(plan, shelf.checkpoints).get(donor.model) ?? shelf.get(donor.model).checkpoint;
      const opening = async () => {
        const { Lender } = await import("../../align/lender"); // for the first recipe that has a donor
        const options = { device, maxShared, signal, onProgress };
        return Lender.open({ key: name, config, ...base }, donorModel, options);
      };
      const lender = opening();
      const entry = { device, key, lender };
      kept = entry;
      lender.catch(() => {
        if (kept === entry) kept = undefined;
      });
      return lender;
    },
  };
}
