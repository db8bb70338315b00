import type { Translation } from "../../../../base/sentences";
import type { hubNotes, hubSentences } from "../../../../hub/errors";

const WITH_TOKEN =
  "公開が限られたモデルは、コマンドラインなら HF_TOKEN のトークンで読めます。ここではダウンロードしたフォルダーをドロップしてください。";

/** What the Hub refuses, in Japanese. */
export const hub: Translation<typeof hubSentences> = {
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
  "hub/file-gone": ({ repo, path, revision }) =>
    `${repo} の ${/^[0-9a-f]{40}$/.test(revision) ? revision.slice(0, 7) : revision} に ${path} がありません。もう一度追加して一覧を新しくしてください。`,
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

  "hub/token": ({ host, time }) => `${host} へのサインインが ${time} に切れました。もう一度サインインしてください。`,
  "hub/bad-token": ({ host }) => `${host} のトークンは hf_ で始まります。もう一度コピーしてください。`,
  "hub/bad-answer": ({ host, what, status }) =>
    `${what} への ${host} の応答${status ? `（${status}）` : ""}が読めません。しばらくしてからもう一度お試しください。`,
  "hub/incomplete-list": ({ repo, listed, known }) =>
    `${repo} のファイル一覧が${known}個中${listed}個しか届きません。別のネットワークかブラウザでお試しください。`,
};

/** What goes on by itself, in Japanese. */
export const hubRemarks: Translation<typeof hubNotes> = {
  "hub/waiting": ({ host, seconds }) => `${host} から${seconds}秒待つよう求められました。自動で続けます。`,
  "hub/retrying": ({ host, try: attempt, tries }) =>
    `${host} の応答に問題がありました。もう一度試します（${attempt}/${tries}回目）。`,
  "hub/signed-out": ({ host, time }) =>
    `${host} へのサインインが ${time} に切れました。もう一度サインインしてください。`,
};
