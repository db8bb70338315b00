import type { DeviceInfo } from "../../compute/device";
import type { Note } from "../../engine/protocol/protocol";
import { createSession, type Session } from "../../engine/session";
import type { CommonArguments } from "../arguments";
import type { Surroundings } from "../command";
import { type LocatedModel, loadModels } from "../input/locateModels";
import { Profile } from "../printing/profile";
import type { ProgressLine } from "../printing/progressLine";
import { cacheFolder, type NodeEnvironmentOptions, nodeEnvironment } from "./nodeEnvironment";

/** What a command computes with. */
export interface Opened {
  readonly session: Session;
  readonly device: DeviceInfo;
  /** As `loadModels`; what there is to remark on the way is said as progress is. */
  load(models: readonly LocatedModel[]): Promise<readonly Note[]>;
}

/**
 * Opens a session as the options say that all commands have, works with it, prints the profile that was asked for, and closes it.
 * @param work gives nothing where it has printed what is wrong: there is no profile then
 */
export async function withSession<T>(
  { device, hub, quiet, profile: wanted, output }: CommonArguments & Pick<NodeEnvironmentOptions, "output">,
  around: Surroundings,
  progress: ProgressLine,
  work: (opened: Opened) => Promise<T | undefined>,
): Promise<T | undefined> {
  const profile = new Profile(wanted);
  const token = around.env.HF_TOKEN;
  const session = createSession(
    nodeEnvironment({
      device,
      onTimed: profile.onTimed,
      cache: cacheFolder(around.env),
      ...(output ? { output } : {}),
      ...(token ? { token } : {}),
    }),
  );
  try {
    const info = await session.start({ hubUrl: hub, samplesUrl: "", device: "auto" });
    if (!quiet) progress.say(`Device: ${info.name}${info.reason ? ` (${info.reason})` : ""}`);
    const load = (models: readonly LocatedModel[]) => loadModels(session, models, around, (text) => progress.say(text));
    const made = await work({ session, device: info, load });
    progress.clear();
    if (made !== undefined) await profile.print(around);
    return made;
  } finally {
    await session.settled();
    session.close();
  }
}
