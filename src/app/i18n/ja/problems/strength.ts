import type { Translation } from "../../../../base/sentences";
import type { findingSentences } from "../../../../merge/facts/findings";
import type { limitSentences, strengthSentences } from "../../../../recipe/problems/strength";
import type { Tensors } from "../../../../recipe/problems/tensors";
import { inBrackets, named } from "./phrases";

/** Why a recipe has no words for a weaker merge, in Japanese. */
export const strength: Translation<typeof strengthSentences> = {
  "recipe/no-strength": ({ label }) =>
    `${label} にはベースへ戻すパラメータがなく、テンソルは採るか採らないかのどちらかです。slices: でベースの層を使うか、task_arithmetic など強さを変えられる手法を使ってください。`,
  "recipe/strength-base": ({ label, tensor, base }) =>
    base === undefined
      ? `${label} には戻る先のベースがありません。レシピに base_model: を加えてください。`
      : `${tensor} をベースに戻せません。入力に ${base} がありません。モデルを並べる所すべてに、weightを0にして加えてください。`,
  "recipe/strength-not-expressible": () =>
    "弱めたマージをこのレシピに書けません。名前や別名ではテンソルを区別できません。*alias の所にパラメータを書き出すか、ほかの層のまとまりを選んでください。",
};

const WHOLE =
  "ガードは書き込む前に結果の全体をベースと比べて測り、上限を超えたら知らせます（「やめる」を選んでいれば止めます）。";

/** Why a guard can look at a merge as a whole only, in Japanese. */
export const limits: Translation<typeof limitSentences> = {
  "guard/whole-depth": ({ base, found, expected }) =>
    `マージ結果は${found}層、${base} は${expected}層なので、層のまとまりをベースに戻せません。${WHOLE}`,
  "guard/whole-shape": ({ base, tensor, found, expected }) =>
    `マージ結果の ${tensor} の形状は ${found}、${base} では ${expected} なので、層のまとまりをベースに戻せません。${WHOLE}`,
  "guard/whole-method": ({ base, method }) =>
    `${method} には ${base} に戻すためのパラメータがなく、層のまとまりを弱められません。${WHOLE}まとまりごとに戻したいときは、task_arithmetic のように強さを変えられる手法を使ってください。`,
  "guard/whole-donor": ({ base, donor }) =>
    `${donor} が結果に行を貸します。マージのときは、埋め込み、ヘッドの順に混ぜる前と比べて測り、ppl_capを超えたら割合を半分にするか元に戻します。ここでは全体を ${base} と比べて測ります。`,
  "guard/whole-recipe": ({ base }) =>
    `このレシピでは一部の層だけを弱めて書けないため、層のまとまりを ${base} に戻せません。${WHOLE}`,
};

const said: Translation<typeof findingSentences> = {
  "merge/weights-sum-to-zero": ({ weights, key }) =>
    `weight（${weights}）の合計が0になり、割れません。重みを変えるか、${key}: false にしてください。`,
  "merge/t-extrapolates": ({ t }) =>
    `t が ${t} で、0から1の外にあります。結果は二つのモデルの間ではなく、その先になります。`,
  "merge/density-keeps-nothing": ({ density, kept, elements, needed }) =>
    `density が ${density} では、${elements}個の要素のうち${kept}個しか残りません。少なくとも1個必要です。${needed} 以上にしてください。`,
  "merge/gamma-keeps-nothing": ({ gamma, elements, needed }) =>
    `gamma が ${gamma} では、${elements}個の要素から外れ値が1個も除かれず、mergekit と同じく何も残らないため、ベースの値になります。小さなテンソルでは gamma を ${needed} 以上にするか、density を1にしてください。`,
  "merge/density-negative": ({ density }) => `density は確率ですが、${density} です。0から1の間にしてください。`,
  "merge/tol-negative": ({ tol }) => `tol は長さなので ${tol} にはできません。0以上にしてください。通常は0.00001です。`,
  "merge/tol-empties": ({ tol, limit }) =>
    `tol が ${tol} では、長さがそれ以下のテンソルは向きがないものとして扱われ、すべてのモデルでそうなら0になります。${limit} 以下にしてください。`,
  "merge/epsilon-leaves-range": ({ density, epsilon, least, most, needed }) =>
    `density が ${density}、epsilon が ${epsilon} では、残す確率が ${least} から ${most} になり、0から1の間に収まりません。epsilon を ${needed} より小さくしてください。`,
};

/** What methods say of the numbers they get, in Japanese. The planner adds to the facts which tensors it is about. */
export const findings = Object.fromEntries(
  Object.entries(said).map(([code, say]) => [
    code,
    (facts: never) => (say as (facts: never) => string)(facts).replace(/。$/, `${about(facts)}。`),
  ]),
) as unknown as typeof said;

function about(facts: Partial<Tensors>): string {
  const { tensor, tensors } = facts;
  return tensor === undefined || tensors === undefined ? "" : inBrackets(named({ tensor, tensors }));
}
