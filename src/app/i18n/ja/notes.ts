import type { FactSentence } from "../factSentence";

const WHOLE =
  "ガードは書き込む前に結果の全体をベースと比べて測り、上限を超えたら知らせます（「やめる」を選んでいれば止めます）。";

/** What a run remarks on its way, in Japanese, by the note's code. */
export const notesJa: Readonly<Record<string, FactSentence>> = {
  "hub/waiting": ({ host, seconds }) => `${host} から${seconds}秒待つよう求められました。自動で続けます。`,
  "hub/retrying": ({ host, try: attempt, tries }) =>
    `${host} の応答に問題がありました。もう一度試します（${attempt}/${tries}回目）。`,
  "hub/signed-out": ({ host, time }) =>
    `${host} へのサインインが ${time} に切れました。もう一度サインインしてください。`,
  "hub/offline": ({ repo, commit }) =>
    `Hubに接続できないため、${repo} を前回と同じ内容（コミット ${String(commit).slice(0, 12)}）で開きます。`,
  "journal/comparing": ({ bytes }) =>
    `これまでにマージした分が今のモデルと同じか確かめています（${(Number(bytes) / 1e9).toFixed(2)} GB）。`,
  "output/lost": ({ file, lost, tensors }) =>
    `全${tensors}個のテンソルのうち、${file} に書いた${lost}個がなくなっています（途中で切れたか、変更・削除されました）。その分を作り直します。`,
  "gpu/lost": ({ finished, tensors }) =>
    `GPUが失われたため、新しいデバイスで続けます（テンソル ${Number(finished) + 1} / ${tensors} から）。`,
  "device/thread-lost": ({ finished, tensors }) =>
    `計算していたスレッドが失われたため、新しいデバイスで続けます（テンソル ${Number(finished) + 1} / ${tensors} から）。`,
  "guard/whole-depth": ({ base, found, expected }) =>
    `マージ結果は${found}層、${base} は${expected}層なので、層のまとまりをベースに戻せません。${WHOLE}`,
  "guard/whole-shape": ({ base, tensor, found, expected }) =>
    `マージ結果の ${tensor} の形状は ${found}、${base} では ${expected} なので、層のまとまりをベースに戻せません。${WHOLE}`,
  "guard/whole-method": ({ base, method }) =>
    `${method} には ${base} に戻すためのパラメータがなく、層のまとまりを弱められません。${WHOLE}まとまりごとに戻したいときは、task_arithmetic のようにベースのある手法を使ってください。`,
  "guard/whole-recipe": ({ base }) =>
    `このレシピでは一部の層だけを弱めて書けないため、層のまとまりを ${base} に戻せません。${WHOLE}`,
  "storage/quota": ({ name, needed, free }) =>
    `保存領域が足りません（${name} に${needed}バイト必要${free === undefined ? "" : `、残り${free}バイト`}）。読み込みは続けますが、取得したものは次回また取得します。`,
  "storage/unavailable": () => "このブラウザは取得したバイトを保存しません。読み込みは続けますが、次回また取得します。",
};
