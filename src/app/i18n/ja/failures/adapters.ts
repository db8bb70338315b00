import type { Translation } from "../../../../base/sentences";
import type { extractSentences } from "../../../../merge/extract/failures";
import type { adapterSentences } from "../../../../model/adapters/failures";

const INSTEAD = "先にpeftでモデルへマージし（merge_and_unload）、その結果を指定してください。";

/** Why an adapter cannot be opened, in Japanese. */
export const adapters: Translation<typeof adapterSentences> = {
  "adapter/no-config": ({ model }) =>
    `${model} にアダプター（LoRA）の重みはありますが、adapter_config.jsonがないため倍率が分かりません。そのファイルか、アダプターのフォルダー全体を加えてください。`,
  "adapter/no-weights": ({ model, file }) =>
    `${model} はアダプター（LoRA）のフォルダーですが、adapter_model.safetensorsがありません。${file === undefined ? "ファイルを加えてください。" : `重みは ${file} にありますが、ここでは読みません。peftでsafetensorsとして保存し直してください。`}`,
  "adapter/config": ({ model, key, found, expected }) =>
    `${model} のadapter_config.jsonの ${key} は ${found} ですが、必要なのは ${expected} です。アダプターの配布元のファイルを使ってください。`,
  "adapter/kind": ({ model, kind }) =>
    `${model} はLoRAとは別の種類のアダプターです（${kind}）。ここで適用できるのは通常のLoRAだけです。${INSTEAD}`,
  "adapter/tensor": ({ model, tensor }) =>
    `${model} のテンソル ${tensor} はLoRAのものではなく、何を変えるのか分かりません。${INSTEAD}`,
  "adapter/half": ({ model, base, module, expected }) =>
    `アダプター（LoRA）${model} は ${module} を変えますが、二つの因子のうち ${expected} がありません。ダウンロードし直してください。レシピでは \`${base ?? "モデル"}+${model}\` のようにモデルの後ろに書きます。`,
  "adapter/factors": ({ model, module, a, b }) =>
    `${model} の ${module} の因子は掛け合わせられません。Aは ${a}、Bは ${b} です。ランクの等しい二つの行列が必要です。`,
  "adapter/rank": ({ model, module, found, expected }) =>
    `${model} の ${module} のランクは${found}ですが、adapter_config.jsonでは${expected}です。倍率がこれで決まるため、同じチェックポイントの二つのファイルを使ってください。`,
  "adapter/dtype": ({ model, tensor, dtype }) =>
    `${model} の ${tensor} の型 ${dtype} では計算できません。アダプターをF32、F16、BF16のいずれかで保存し直してください。`,
};

/** Why no adapter can be made of two models, in Japanese. */
export const extracting: Translation<typeof extractSentences> = {
  "extract/shape": ({ model, base, tensor, found, expected }) =>
    `${tensor} は ${model} では ${found}、${base} では ${expected} です。アダプターで足せるのは同じ大きさの行列だけです。${model} の元になったベースを指定してください。`,
  "extract/missing": ({ model, base, tensor }) =>
    `${model} の ${tensor} が ${base} にありません。${model} の元になったベースを指定してください。`,
  "extract/nothing": ({ model, base }) =>
    `${base} から ${model} への変化のうち、対象に当てはまるモジュールがありません。--include-regex と --exclude-regex を直してください。`,
  "extract/non-finite": ({ tensor }) =>
    `${tensor} にNaNかInfがあり、特異値を求められません。モデルが壊れていないか確かめてください。`,
};
