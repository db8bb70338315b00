import type { FactSentence } from "../../factSentence";

const again = "もう一度ダウンロードか書き出しをしてください。";
const WITH_TOKEN =
  "公開が限られたモデルは、コマンドラインなら HF_TOKEN のトークンで読めます。ここではダウンロードしたフォルダーをドロップしてください。";
/** A safetensors file that breaks a rule. */
const broken =
  (what: FactSentence): FactSentence =>
  (facts) =>
    `${facts.name} を読めません。${what(facts)}${again}`;
/** An index of shards that does not fit its folder. */
const index =
  (what: FactSentence): FactSentence =>
  (facts) =>
    `model.safetensors.index.json を使えません。${what(facts)}${again}`;

/** What went wrong, in Japanese, by the error's code. */
export const failuresJa: Readonly<Record<string, FactSentence>> = {
  "guard/stopped": ({ group, ratio, cap }) =>
    `ガードが ${group} でマージを止めました。パープレキシティがベースの${ratio}倍になり、上限の${cap}倍を超えました。何も書き込んでいません。weightを下げるか、ベースに戻す設定にしてください。`,
  "guard/stopped-whole": ({ base, ratio, cap }) =>
    `ガードがマージを止めました。パープレキシティが ${base} の${Number(ratio).toPrecision(4)}倍で、上限は${cap}倍です。何も書き込んでいません。別の層を使うか、上限を上げるか、「知らせる」にしてください。`,
  "guard/not-finite": ({ group, tensor, found }) =>
    `ガードが ${group} でマージを止めました。${tensor} にNaNかInfが${found}個あります。何も書き込んでいません。壊れたモデル（weightを下げても直りません）や、大きすぎるweightがないか確かめてください。`,
  "guard/not-expressible": ({ code }) =>
    `ガードはこのマージの一部を元に戻せません（${code}）。ベースのある手法を使うか、ガードなしでマージしてください。`,

  "engine/not-started": () => "エンジンがまだ設定されていません。ページを再読み込みしてください。",
  "engine/worker-died": ({ reason }) =>
    `エンジンが止まりました${reason === undefined ? "" : `（${reason}）`}。もう一度お試しください。新しく起動し、マージは最後に終わったテンソルから続きます。`,
  "engine/hashing-died": () =>
    "チェックサムの計算が止まりました。もう一度お試しください。マージは最後に終わったテンソルから続きます。",
  "job/running": () => "この処理はすでに動いています。終わるのを待つか、中止してください。",
  "job/elsewhere": () => "このマージは別のタブで動いています。そちらで見るか、そのタブを閉じてください。",
  "journal/not-found": () => "この途中のマージはもうありません。終わったか、破棄されました。新しく始めてください。",
  "journal/no-models": ({ name, models, missing }) =>
    `「${name}」の続きができません。使うモデルのうち${missing}個が読み込まれていません（${models}）。追加してから続けてください。`,
  "journal/changed": ({ name, model, file, found, expected, start, end }) =>
    `「${name}」の続きができません。${model} の ${file} が始めたときと違います${
      start === undefined
        ? found === expected
          ? ""
          : `（${expected}バイトが${found === 0 ? "なくなりました" : `${found}バイトになりました`}）`
        : `（${start}から${end}バイト目がマージしたものと異なります）`
    }。元のファイルに戻して続けるか、最初からやり直してください。`,
  "journal/changed-plan": ({ name }) =>
    `「${name}」の続きができません。モデルのテンソルか設定が始めたときと違います。同じモデルを読み込んで続けるか、最初からやり直してください。`,
  "result/not-found": () => "この結果はもうありません。もう一度マージしてください。",
  "output/not-empty": ({ folder, files, first }) =>
    `フォルダ ${folder} に邪魔になるファイルが${files}個あります（${first} など）。空のフォルダを選んでください。`,
  "output/damaged": ({ file, found, expected }) =>
    `${file} を仕上げられません。前回の途中のファイルが壊れています（${expected}バイト中${found}バイト）。最初からやり直すか、そのファイルを消して続けてください。`,

  "recipe/invalid": ({ errors, line }) =>
    `レシピに誤りが${errors}件あるためマージできません${Number(line) > 0 ? `（${line}行目）` : ""}。`,
  "merge/no-base": ({ tensor, inputs }) =>
    `${tensor} をマージできません。${inputs}個の入力の中にベースモデルがありません。スライスのsourcesに加えてください。`,

  "model/duplicate": ({ key }) =>
    `${key} という名前のモデルがすでにあり、レシピで区別できません。先に外すか、フォルダの名前を変えてください。`,
  "model/not-loaded": ({ key }) => `モデル ${key} は読み込まれていません。追加してください。`,

  "io/range": ({ name, start, end, size }) =>
    `${name}（${size}バイト）の${start}から${end}バイト目は扱えません。差し替えられた可能性があります。開き直してください。`,
  "io/short-read": ({ name, expected, got }) =>
    `${name} から${expected}バイト読むところ、${got}バイトしかありません。途中で切れています。開き直すか、ダウンロードし直してください。`,
  "io/not-found": ({ folder, path }) =>
    `${folder} に ${path} がありません。名前を確かめるか、ファイルを加えてください。`,
  "io/incomplete": ({ name, expected, got }) =>
    `${name} は${expected}バイトのはずが、${got}バイトしか書かれていません。もう一度マージしてください。`,
  "io/closed": ({ name }) => `${name} はもう閉じられていて、書き込めません。`,
  "io/permission": ({ folder }) =>
    `ブラウザが ${folder} の使用を許可しなくなりました。フォルダを選び直して許可してください。`,
  "io/folder-gone": ({ folder }) =>
    `フォルダ ${folder} が見つかりません。移動・改名・削除されたようです。元に戻すか、別のフォルダを選んでください。`,
  "io/unreadable": ({ name }) =>
    `${name} は選んだあとに変更・移動・削除されたため読めません。もう一度追加してください。`,
  "io/too-many-files": ({ name, limit }) =>
    `${name} には${limit}個を超えるファイルがあります。モデル一つのフォルダを選んでください。`,
  "io/path": ({ path }) => `パス「${path}」は使えません。フォルダの中の相対パスに変えてください。`,
  "io/manifest": ({ name }) => `${name} のファイル一覧が読めません。ページを再読み込みしてください。`,
  "io/unreachable": ({ url }) => `${url} に接続できません。ページが配信されているか確かめて、もう一度お試しください。`,
  "io/http": ({ url, status }) => `${url} が ${status} を返しました（200のはずです）。ページを再読み込みしてください。`,
  "storage/quota": ({ name, needed, free }) =>
    `${name} の保存に${needed}バイト必要ですが、${free === undefined ? "足りません" : `残りは${free}バイトです`}。ディスクを空けるか、取得済みのモデルや結果を消してください。`,
  "storage/block-size": ({ bytes, limit }) =>
    `一度に保存できるのは${limit}バイトまでですが、${bytes}バイトありました。`,

  "safetensors/too-small": broken(({ size }) => `${size}バイトしかなく、ヘッダーの長さも入りません。`),
  "safetensors/header-too-large": broken(
    ({ found, limit }) => `ヘッダーが${found}バイトあると書かれていますが、上限は${limit}バイトです。`,
  ),
  "safetensors/header-truncated": broken(
    ({ end, size }) => `ヘッダーは${end}バイト目までのはずが、ファイルは${size}バイトです。`,
  ),
  "safetensors/not-utf8": broken(() => "ヘッダーがUTF-8ではありません。"),
  "safetensors/not-json": broken(() => "ヘッダーがJSONのオブジェクトではありません。"),
  "safetensors/duplicate-name": broken(({ tensor }) => `名前 ${tensor} が二度あります。`),
  "safetensors/bad-metadata": broken(() => "__metadata__ が文字列の表ではありません。"),
  "safetensors/header-excess": broken(() => "ヘッダーの入れ子か値の数が多すぎて、モデルのものではありません。"),
  "safetensors/long-name": broken(
    ({ tensor, found, limit }) => `テンソル名（${tensor}…）が${found}文字あります。${limit}文字までです。`,
  ),
  "safetensors/bad-entry": broken(({ tensor }) => `テンソル ${tensor} の項目が正しくありません。`),
  "safetensors/unknown-dtype": broken(
    ({ tensor, found }) =>
      `テンソル ${tensor} の型${found === undefined ? "" : ` ${found} `}が不明です。量子化の型であれば、量子化前のモデルを使ってください。`,
  ),
  "safetensors/bad-shape": broken(({ tensor }) => `テンソル ${tensor} の形状が0以上の整数ではありません。`),
  "safetensors/too-large": broken(({ tensor }) => `テンソル ${tensor} が大きすぎます（2^53バイト超）。`),
  "safetensors/wrong-size": broken(
    ({ tensor, expected, found }) => `テンソル ${tensor} は${expected}バイトのはずが、${found}バイトです。`,
  ),
  "safetensors/overlap": broken(
    ({ tensor, start, end }) =>
      `テンソル ${tensor} が${start}バイト目から始まり、前のテンソル（${end}バイト目まで）と重なります。`,
  ),
  "safetensors/gap": broken(
    ({ tensor, start, end }) => `テンソル ${tensor}（${start}バイト目）の前に、${end}バイト目からの空きがあります。`,
  ),
  "safetensors/truncated": broken(
    ({ tensor, end, size }) =>
      `ヘッダーによれば${end}バイトのはずが、ファイルは${size}バイトです。途中で切れていて、テンソル ${tensor} がそろっていません。`,
  ),
  "safetensors/trailing-bytes": broken(() => "最後のテンソルの後に余分なバイトがあります。"),
  "safetensors/index-excess": index(() => "入れ子か値の数が多すぎて、モデルのものではありません。"),
  "safetensors/index-not-json": index(() => "JSONではありません。"),
  "safetensors/index-duplicate-name": index(({ tensor }) => `名前 ${tensor} が二度あります。`),
  "safetensors/index-weight-map": index(() => "weight_map が正しくありません。"),
  "safetensors/index-path": index(
    ({ tensor, file }) => `${tensor} のファイル「${file}」がフォルダの外を指しています。`,
  ),
  "safetensors/index-missing-shard": index(
    ({ file, files, missing }) => `${files}個のファイルのうち${missing}個がありません（${file} など）。`,
  ),
  "safetensors/index-missing-tensor": index(
    ({ file, tensor, expected, missing }) =>
      `${file} にあるはずの${expected}個のテンソルのうち${missing}個がありません（${tensor} など）。`,
  ),

  "hub/unreachable": ({ host }) =>
    `${host} に接続できません。ネットワーク、拡張機能、ファイアウォールのいずれかが止めています。もう一度お試しください。`,
  "hub/storage-blocked": ({ host, storage }) =>
    `${host} は応答しますが、ファイルサーバー ${storage} が応答しません。拡張機能やファイアウォールを確かめて、もう一度お試しください。`,
  "hub/not-found": ({ repo }) => `${repo} というモデルはないか、非公開です。名前を確かめてください。${WITH_TOKEN}`,
  "hub/gated-signin": ({ repo }) =>
    `${repo} は利用条件への同意が必要です。モデルのページで同意してください。${WITH_TOKEN}`,
  "hub/gated-ask": ({ repo }) => `このアカウントはまだ ${repo} を使えません。モデルのページで申請してください。`,
  "hub/disabled": ({ repo }) => `${repo} はHubで無効にされています。別のモデルを使ってください。`,
  "hub/no-right": ({ repo }) => `このサインインでは ${repo} を読めません。権限を増やしてサインインしてください。`,
  "hub/revision-gone": ({ repo, revision }) =>
    `${repo} にリビジョン ${revision} はありません。別のリビジョンを選んでください。`,
  "hub/file-gone": ({ repo, path }) => `${repo} に ${path} がありません。モデルを追加し直してください。`,
  "hub/changed": ({ name, was, is }) =>
    `${name} が、追加したときの ${was} から ${is} に変わりました。モデルを追加し直してください。`,
  "hub/rate-limited": ({ host, seconds }) =>
    `${host} への要求が多すぎます。${seconds}秒待つか、サインインしてください。`,
  "hub/server": ({ host, status }) =>
    `${host} の不調（${status}）が続いています。読んだ分は残っています。もう一度お試しください。`,
  "hub/short-read": ({ path, want, got }) =>
    `${path} の${want}バイトを求めましたが、${got}バイトしか届きません。もう一度お試しください。`,
  "hub/bad-hash": ({ path, kind, published, found }) =>
    `${path} が公開されている${kind}と一致しません（${published} ≠ ${found}）。誤ったバイトが届いたため、使わずに捨てました。もう一度お試しください。取得し直します。`,
  "hub/bad-bytes": ({ path, start, end }) =>
    `${path} の${start}〜${end}バイトが、いま届くものと違っていました。使わずに捨てました。もう一度お試しください。取得し直します。`,
  "hub/token": ({ host, time }) => `${host} へのサインインが ${time} に切れました。もう一度サインインしてください。`,
  "hub/bad-token": ({ host }) => `${host} のトークンは hf_ で始まります。もう一度コピーしてください。`,
  "hub/bad-answer": ({ host, what }) =>
    `${what} への ${host} の応答が読めません。しばらくしてからもう一度お試しください。`,
  "hub/incomplete-list": ({ repo, listed, known }) =>
    `${repo} のファイル一覧が${known}個中${listed}個しか届きません。別のネットワークかブラウザでお試しください。`,
};
