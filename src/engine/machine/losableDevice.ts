import type { AwaseError } from "../../base/errors";
import type { Device } from "../../compute/device";
import { gpuFailure } from "../../compute/devices/failures";

/** The same device, made so that it can be lost as a GPU can: for tests where there is none. */
export function losable(inner: Device): Device & { lose(): void } {
  let error: AwaseError | undefined;
  let breakIt: (error: AwaseError) => void = () => undefined;
  const broken = new Promise<AwaseError>((resolve) => {
    breakIt = resolve;
  });
  const rejection = broken.then((reason) => Promise.reject(reason));
  rejection.catch(() => undefined);
  const alive = () => {
    if (error) throw error;
    return inner;
  };
  /** What waits for the device must not wait for ever. */
  const orBroken = <T>(ask: () => Promise<T>): Promise<T> => {
    const asked = error ? Promise.reject<T>(error) : ask();
    return Promise.race([asked, rejection]);
  };
  return {
    info: inner.info,
    traits: inner.traits,
    get memory() {
      return inner.memory;
    },
    lost: Promise.race([inner.lost, broken]),
    lease: (bytes, label) => orBroken(() => inner.lease(bytes, label)),
    write: (buffer, at, bytes) => alive().write(buffer, at, bytes),
    clear: (buffer, at, length) => alive().clear(buffer, at, length),
    copy: (from, fromAt, to, toAt, length) => alive().copy(from, fromAt, to, toAt, length),
    prepare: (kernel) => orBroken(() => inner.prepare(kernel)),
    run: (prepared, buffers, uniforms, groups) => alive().run(prepared, buffers, uniforms, groups),
    read: (buffer, at, length) => orBroken(() => inner.read(buffer, at, length)),
    settle: () => orBroken(() => inner.settle()),
    close: () => inner.close(),
    lose() {
      if (error) return;
      error = gpuFailure("gpu/lost", { message: inner.info.name });
      breakIt(error);
    },
  };
}
