import type { Translation } from "../../../../base/sentences";
import type { stateSentences } from "../../../../state/failures";

/** What the page itself refuses, in Japanese. */
export const page: Translation<typeof stateSentences> = {
  "prompts/file-too-large": ({ file, found, limit }) =>
    `${file} は${found}バイトあります。読めるのは${limit}バイトまでです。一部だけにしてください。測定には数百件で足ります。`,
  "prompts/not-utf8": ({ file }) => `${file} はUTF-8のテキストではありません。UTF-8で保存し直して追加してください。`,
  "share/version": ({ found, expected }) =>
    `リンクの版は ${found} ですが、このスタジオが読めるのは ${expected} です。ページを再読み込みするか、新しいリンクをもらってください。`,
  "share/damaged": ({ reason }) =>
    `リンクを読めません（${reason}）。途中で切れたと思われます。もう一度送ってもらってください。`,
  "share/set-aside": () =>
    "最後に開いたリンクを表示しているあいだにページが止まったため、そのリンクは開かずにおきました。レシピとモデルは元のままです。レシピをファイルで送ってもらってください。",
  "share/long-name": ({ found, limit }) =>
    `レシピの名前が${found}文字あります。リンクに入れられるのは${limit}文字までです。短い名前に変えてください。`,
  "share/too-long": ({ bytes, limit, of }) =>
    of === "recipe"
      ? `レシピが${bytes}バイトあり、${limit}文字までのリンクに収まりません。ファイルに保存して送ってください。`
      : `リンクが${bytes}文字あります。読めるのは${limit}文字までです。レシピをファイルで送ってもらってください。`,
};
