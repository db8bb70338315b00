import type { Translation } from "../../../../base/sentences";
import type { engineSentences, runNotes } from "../../../../engine/failures";

/** What goes wrong with runs, results and the engine itself, in Japanese. */
export const engine: Translation<typeof engineSentences> = {
  "engine/hashing-died": () =>
    "チェックサムの計算が止まりました。もう一度お試しください。マージは最後に終わったテンソルから続きます。",
  "guard/not-finite": ({ group, tensor, found }) =>
    `ガードが ${group} でマージを止めました。${tensor} にNaNかInfが${found}個あります。何も書き込んでいません。壊れたモデル（weightを下げても直りません）や、大きすぎるweightがないか確かめてください。`,
  "donor/unguarded": ({ donor }) =>
    `${donor} の行を混ぜますが、結果を確かめるプロンプトがなく、壊れても気づけません。プロンプトを選ぶか（--guard FILE、またはページのガードのプロンプト）、確かめずに進めることを指定してください（--unguarded）。`,
  "guard/not-expressible": ({ code }) =>
    `ガードはこのマージの一部を元に戻せません（${code}）。task_arithmetic のように強さを変えられる手法を使うか、ガードなしでマージしてください。`,
  "journal/not-found": ({ job }) =>
    `途中のマージ ${job} はもうありません。終わったか、破棄されました。新しく始めてください。`,
  "result/not-found": ({ id }) => `結果 ${id} はもうありません。もう一度マージしてください。`,
  "job/elsewhere": ({ job }) => `マージ ${job} は別のタブで動いています。そちらで見るか、そのタブを閉じてください。`,
  "job/running": ({ job }) => `マージ ${job} はすでに動いています。終わるのを待つか、中止してください。`,
  "engine/not-started": () => "エンジンがまだ設定されていません。ページを再読み込みしてください。",
  "model/duplicate": ({ key }) =>
    `${key} という名前のモデルがすでにあり、レシピで区別できません。先に外すか、フォルダの名前を変えてください。`,
  "model/not-loaded": ({ key, loaded }) =>
    `モデル ${key} は読み込まれていません（ほかの${loaded}個は読み込まれています）。追加するか、その中から選んでください。`,
  "recipe/invalid": ({ errors, line }) =>
    `レシピに誤りが${errors}件あるためマージできません${line > 0 ? `（${line}行目）` : ""}。`,
  "engine/worker-died": ({ reason }) =>
    reason === undefined
      ? "エンジンを止めました。次の操作でまた起動します。"
      : `エンジンが止まりました（${reason}）。もう一度お試しください。新しく起動し、マージは最後に終わったテンソルから続きます。`,
  "guard/stopped": ({ group, ratio, cap }) =>
    `ガードが ${group} でマージを止めました。パープレキシティがベースの${ratio.toPrecision(4)}倍になり、上限の${cap}倍を超えました。何も書き込んでいません。weightを下げるか、ベースに戻す設定にしてください。`,
  "guard/stopped-whole": ({ base, ratio, cap }) =>
    `ガードがマージを止めました。パープレキシティが ${base} の${ratio.toPrecision(4)}倍で、上限は${cap}倍です。何も書き込んでいません。別の層を使うか、上限を上げるか、「知らせる」にしてください。`,
  "journal/no-models": ({ name, models, missing }) =>
    `「${name}」の続きができません。使うモデルのうち${missing}個が読み込まれていません（${models}）。追加してから続けてください。`,
  "journal/changed": ({ name, model, file, found, expected, start, end }) =>
    `「${name}」の続きができません。${model} の ${file} が始めたときと違います${
      start === undefined
        ? found === expected
          ? ""
          : `（${expected}バイトが${found === undefined ? "なくなりました" : `${found}バイトになりました`}）`
        : `（${start}から${end}バイト目がマージしたものと異なります）`
    }。元のファイルに戻して続けるか、最初からやり直してください。`,
  "journal/changed-plan": ({ name, found, expected }) =>
    `「${name}」の続きができません。計画が始めたときと違います（${found.slice(0, 12)}、始めは ${expected.slice(0, 12)}）。モデルのテンソルか設定が変わっています。同じモデルを読み込んで続けるか、最初からやり直してください。`,
  "output/not-empty": ({ folder, files, some, more }) =>
    `フォルダ ${folder} に邪魔になるファイルが${files}個あります（${some}${more > 0 ? `、ほか${more}個` : ""}）。空のフォルダを選んでください。`,
  "output/damaged": ({ file, found, expected, header }) =>
    `${file} を仕上げられません。前回の途中のファイルが壊れています（${expected}バイト中${found}バイト${header === undefined ? "" : header === "same" ? "、ヘッダーは元のまま" : "、ヘッダーも別のもの"}）。最初からやり直すか、そのファイルを消して続けてください。`,
};

/** What a run remarks on its way, in Japanese. */
export const runs: Translation<typeof runNotes> = {
  "donor/fit": ({ base, donor, part, shared, cosine, residual, rank }) =>
    `${donor} と ${base} の${table(part)}：共通トークン${shared}個、合わせるのに使わなかったトークンでのコサイン ${cosine === undefined ? "不明" : cosine.toFixed(3)}、残差 ${residual.toFixed(3)}、実効ランク ${rank.toFixed(0)}。`,
  "donor/poor-fit": ({ base, donor, part }) =>
    `${donor} の行は ${base} の行とほとんど同じ向きになりません（${table(part)}）。これでは何を混ぜても役に立ちません。別のドナーを選んでください。ドナーのトークナイザが欲しい場合は、トークナイザの移植を使ってください。`,
  "donor/underdetermined": ({ part, pairs, needed, spanned, directions }) =>
    `ドナーの回転を決める行が${pairs}個しかありません（${table(part)}、目安は${needed}個）。${directions}方向のうち${spanned}方向だけが決まり、残りは任意になります。`,
  "donor/non-finite": ({ part, pairs, base, donor }) =>
    `NaNかInfを含む${pairs}対の行を除きました（${table(part)}：${base}、${donor}）。`,
  "donor/tied": ({ base }) => `${base} のヘッドは埋め込みと共有なので、混ぜるヘッドがありません。段階Bを飛ばします。`,
  "donor/no-rows": ({ part, tau }) =>
    `十分に似たドナーの行がないため、この段階を飛ばします（${table(part)}：コサイン ${tau.toFixed(2)} に届く行なし）。min_tauを下げるか、別のドナーを選んでください。`,
  "donor/head-left": ({ cap }) => `埋め込みでパープレキシティが${cap}倍を超えたため、ヘッドはそのままにします。`,
  "donor/nobody-guards": ({ donor }) => `何も測っていません。${donor} の行を混ぜた結果は確かめられていません。`,
  "donor/nothing": ({ base }) => `何も混ぜませんでした。書き出されるのは ${base} そのものです。`,
  "donor/rows": ({ donor, embedding, head }) => `${donor} から埋め込みに${embedding}行、ヘッドに${head}行を混ぜます。`,
  "gpu/lost": ({ finished, tensors }) =>
    `GPUが失われたため、新しいデバイスで続けます（テンソル ${finished + 1} / ${tensors} から）。`,
  "device/thread-lost": ({ finished, tensors }) =>
    `計算していたスレッドが失われたため、新しいデバイスで続けます（テンソル ${finished + 1} / ${tensors} から）。`,
  "journal/comparing": ({ bytes }) =>
    `これまでにマージした分が今のモデルと同じか確かめています（${(bytes / 1e9).toFixed(2)} GB）。`,
  "output/lost": ({ file, lost, tensors }) =>
    `全${tensors}個のテンソルのうち、${file} に書いた${lost}個がなくなっています（途中で切れたか、変更・削除されました）。その分を作り直します。`,
  "hub/offline": ({ repo, commit }) =>
    `Hubに接続できないため、${repo} を前回と同じ内容（コミット ${commit.slice(0, 12)}）で開きます。`,
};

function table(part: string): string {
  return part === "head" ? "ヘッド" : "埋め込み";
}
