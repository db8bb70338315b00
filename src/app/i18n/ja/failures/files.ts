import type { Translation } from "../../../../base/sentences";
import type { ioSentences, storageNotes } from "../../../../io/failures";

/** What is wrong with a path, as `io/path` says it. */
const PATH_FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^it is empty$/, "空です"],
  [/^it has (\d+) characters, the limit is (\d+)$/, "$1文字あり、上限は$2文字です"],
  [/^it has a NUL character$/, "NUL文字があります"],
  [/^it has a backslash$/, "バックスラッシュがあります"],
  [/^it is absolute$/, "絶対パスです"],
  [/^it begins with a drive letter$/, "ドライブ名で始まります"],
  [/^it has "(\.+)"$/, "「$1」があります"],
  [/^it has an empty part$/, "空の部分があります"],
];

/** What goes wrong with files, folders and storage, in Japanese. */
export const files: Translation<typeof ioSentences> = {
  "io/permission": ({ folder, path }) =>
    `ブラウザが ${folder} の ${path} の使用を許可しなくなりました。フォルダを選び直して許可してください。`,
  "io/short-read": ({ name, start, expected, got }) =>
    `${name} の${start}バイト目から${expected}バイト読むところ、${got}バイトしかありません。途中で切れています。開き直すか、ダウンロードし直してください。`,
  "io/unreadable": ({ name, start, end, size }) =>
    `${name}（${size}バイト）の${start}から${end}バイト目を読めません。選んだあとに変更・移動・削除されました。もう一度追加してください。`,
  "io/not-found": ({ folder, path }) =>
    `${folder} に ${path} がありません。名前を確かめるか、ファイルを加えてください。`,
  "io/folder-gone": ({ folder }) =>
    `フォルダ ${folder} が見つかりません。移動・改名・削除されたようです。元に戻すか、別のフォルダを選んでください。`,
  "io/incomplete": ({ name, expected, got }) =>
    `${name} は${expected}バイトのはずが、${got}バイトしか書かれていません。もう一度マージしてください。`,
  "io/closed": ({ name }) => `${name} はもう閉じられていて、書き込めません。`,
  "io/too-many-files": ({ name, limit }) =>
    `${name} には${limit}個を超えるファイルがあります。モデル一つのフォルダを選んでください。`,
  "io/unreachable": ({ url }) => `${url} に接続できません。ページが配信されているか確かめて、もう一度お試しください。`,
  "io/http": ({ url, status }) => `${url} が ${status} を返しました（200のはずです）。ページを再読み込みしてください。`,
  "storage/block-size": ({ bytes, limit, path }) =>
    `${path} の${bytes}バイトを一度に保存しようとしましたが、上限は${limit}バイトです。分けてください。`,
  "hub/bad-bytes": ({ path, start, end }) =>
    `${path} の${start}〜${end}バイトが、いま届くものと違っていました。使わずに捨てました。もう一度お試しください。取得し直します。`,
  "io/range": ({ name, start, end, size, to }) =>
    to === "read"
      ? `${name}（${size}バイト）の${start}から${end}バイト目は読めません。差し替えられた可能性があります。開き直してください。`
      : `${name} の${start}から${end}バイト目には書けません。${size}バイトのファイルとして開きました。`,
  "storage/quota": ({ name, needed, free }) =>
    `${name} の保存に${needed}バイト必要ですが、${free === undefined ? "足りません" : `残りは${free}バイトです`}。ディスクを空けるか、取得済みのモデルや結果を消してください。`,
  "io/manifest": ({ name, manifest }) =>
    `${name} の ${manifest} がファイルの一覧（パスと大きさ）として読めません。ページを再読み込みしてください。直らなければ、サイトのファイルが足りません。`,
  "io/path": ({ path, fault }) =>
    `パス「${path}」は使えません（${PATH_FAULTS.reduce((text, [pattern, ja]) => text.replace(pattern, ja), fault)}）。フォルダの中の相対パスに変えてください。`,
};

/** What a cache that cannot keep things says, in Japanese. */
export const storage: Translation<typeof storageNotes> = {
  "storage/quota": ({ name, needed, free }) =>
    `保存領域が足りません（${name} に${needed}バイト必要${free === undefined ? "" : `、残り${free}バイト`}）。読み込みは続けますが、取得したものは次回また取得します。`,
  "storage/unavailable": ({ name, reason }) =>
    `このブラウザは取得したバイト（${name}）を保存しません（${reason}）。読み込みは続けますが、次回また取得します。`,
};
