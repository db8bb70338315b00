import type { Translation } from "../../../../base/sentences";
import type { gpuSentences } from "../../../../compute/devices/failures";

/** What goes wrong on a device, in Japanese. */
export const device: Translation<typeof gpuSentences> = {
  "gpu/shader": ({ kernel, what }) => `このGPUではカーネル「${kernel}」を使えません（${what}）。CPUを選んでください。`,
  "gpu/failed": ({ message }) => `GPUが命令を拒みました（${message}）。もう一度実行するか、CPUを選んでください。`,
  "gpu/lost": ({ message }) =>
    `GPUが失われました${message === "" ? "" : `（${message}）`}。終わった分は残っています。もう一度実行すると続きから始まります。`,
  "device/thread-lost": ({ reason }) =>
    `計算していたスレッドが失われました（${reason}）。終わった分は残っています。もう一度実行すると続きから始まります。`,
  "device/no-wasm": ({ reason }) =>
    `WebAssemblyのSIMDか共有メモリが使えません（${reason}）。設定でCPUを選んでください。`,
  "gpu/closed": () => "処理の途中でGPUデバイスが閉じられました。もう一度実行してください。",
  "gpu/out-of-memory": ({ label, needed, largest, budget, free, held, reason }) => {
    const what = `「${label}」にGPUメモリ${needed}バイトが必要です`;
    if (largest !== undefined)
      return `${what}が、このデバイスが一度に確保できるのは${largest}バイトまでです。小さなブロックに分けてください。`;
    if (budget !== undefined)
      return `${what}が、メモリ上限${budget}バイトのうち空いているのは${free}バイトです。上限を上げるか、一度にマージするモデルを減らしてください。`;
    return `${what}が、すでに${held}バイトを使っているGPUが断りました（${reason}）。メモリ上限を下げるか、GPUを使うほかのプログラムを閉じてください。`;
  },
  "gpu/unavailable": ({ reason }) =>
    reason === undefined
      ? "WebGPUはありますが、アダプタが使えません。ハードウェアアクセラレーションを有効にするか、ドライバを更新してください。"
      : `GPUのアダプタがデバイスを返しませんでした（${reason}）。`,
};
