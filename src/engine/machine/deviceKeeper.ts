import type { Device } from "../../compute/device";

/** One device for the whole session, opened when first needed and opened again after it was lost. */
export interface DeviceKeeper {
  get(): Promise<Device>;
  /** The open device, if there is one. */
  readonly current: Device | undefined;
  /** Throws the device away as a driver would, if it is of a kind that can be lost. */
  lose(): void;
  close(): void;
}

export function keepDevice(open: () => Promise<Device>): DeviceKeeper {
  let opening: Promise<Device> | undefined;
  let current: Device | undefined;

  async function openAndWatch(): Promise<Device> {
    const device = await open();
    current = device;
    void device.lost.then(() => {
      if (current === device) [current, opening] = [undefined, undefined];
    });
    return device;
  }

  return {
    get() {
      if (opening) return opening;
      const attempt = openAndWatch();
      attempt.catch(() => {
        if (opening === attempt) opening = undefined;
      });
      opening = attempt;
      return attempt;
    },
    get current() {
      return current;
    },
    lose() {
      if (current && canBeLost(current)) current.lose();
    },
    close() {
      current?.close();
      [current, opening] = [undefined, undefined];
    },
  };
}

function canBeLost(device: Device): device is Device & { lose(): void } {
  return "lose" in device && typeof device.lose === "function";
}
