import { AwaseError } from "../../base/errors";
import type { Device } from "../../compute/device";
import type { DeviceKeeper } from "./deviceKeeper";

/**
 * Does work on the session's device and, when that is lost on the way, once more on the next one.
 * @param replaced is told before the second try; what it rejects with ends the work
 * @throws {AwaseError} `gpu/lost` or `device/thread-lost` when the second device is lost as well, and what the work throws
 */
export async function onDevice<T>(
  keeper: DeviceKeeper,
  signal: AbortSignal,
  work: (device: Device) => Promise<T>,
  replaced: (error: AwaseError, lost: Device) => Promise<void> = async () => undefined,
): Promise<T> {
  const first = await keeper.get();
  try {
    return await work(first);
  } catch (error) {
    if (!isLost(error) || signal.aborted) throw error;
    await first.lost; // only then is the next one another
    await replaced(error, first);
    return work(await keeper.get());
  }
}

function isLost(error: unknown): error is AwaseError {
  return error instanceof AwaseError && (error.code === "gpu/lost" || error.code === "device/thread-lost");
}
