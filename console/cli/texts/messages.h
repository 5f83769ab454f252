#ifndef SEKISHO_CONSOLE_CLI_TEXTS_MESSAGES_H_
#define SEKISHO_CONSOLE_CLI_TEXTS_MESSAGES_H_

#include "console/cli/texts/text.h"

// What sekishoctl says while it works: errors (each says what to type instead), questions,
// confirmations. Placeholders as in Fill().
namespace sekisho::console::cli::messages {

// ---- the command line
inline constexpr Text kError{"sekishoctl: {message}\n", "sekishoctl: {message}\n"};
inline constexpr Text kExample{"For example: {example}\n", "例: {example}\n"};
inline constexpr Text kSeeHelp{"See: {command} --help\n", "使い方: {command} --help\n"};
inline constexpr Text kUnknownWord{
    "\"{typed}\" is not a command here[[; did you mean \"{nearest}\"?]]",
    "「{typed}」というコマンドはありません[[。「{nearest}」ではありませんか]]"};
inline constexpr Text kUnknownOption{
    "there is no option {typed} here[[; did you mean {nearest}?]]",
    "オプション {typed} はありません[[。{nearest} ではありませんか]]"};
inline constexpr Text kMissing{"{name} is missing", "{name} が指定されていません"};
inline constexpr Text kBadValue{"{message}", "値が正しくありません: {message}"};
inline constexpr Text kMissingCommand{"say what to do", "コマンドを指定してください"};
inline constexpr Text kNotOneOf{
    "\"{typed}\" is not one of the choices[[ (did you mean \"{nearest}\"?)]]: {choices}",
    "「{typed}」は選べません[[。「{nearest}」ではありませんか]]。選択肢: {choices}"};
inline constexpr Text kNotASpan{
    "\"{typed}\" is not a length of time; write a number and its unit, like 90s, 15m, 1h30m or 2d "
    "(at most 366d)",
    "「{typed}」は時間の長さではありません。90s、15m、1h30m、2d のように数字と単位で書いてください"
    "（最長366d）"};
inline constexpr Text kNotAMoment{
    "\"{typed}\" is not a time; write how long ago (1h, 2d) or a local date (2026-04-01, "
    "\"2026-04-01 09:30\")",
    "「{typed}」は日時ではありません。どれだけ前か（1h、2d）、または日付（2026-04-01、"
    "\"2026-04-01 09:30\"）で書いてください"};
inline constexpr Text kNotAnAddress{
    "\"{typed}\" is not the address of a console; write HOST or HOST:PORT, like "
    "console.example.lg.jp:7443",
    "「{typed}」はコンソールのアドレスではありません。console.example.lg.jp:7443 "
    "のように書いてください"};
inline constexpr Text kNotATrustHash{
    "\"{typed}\" is not a trust hash; it is the 64 hexadecimal digits that `sekisho-console init` "
    "printed",
    "「{typed}」はトラストハッシュではありません。`sekisho-console init` が表示した64桁の16進数を"
    "指定してください"};
inline constexpr Text kNotPem{
    "{file} holds no certificate; give the console's CA as PEM (it begins with -----BEGIN "
    "CERTIFICATE-----)",
    "{file} に証明書がありません。コンソールのCA証明書をPEM形式で指定してください"};
inline constexpr Text kCannotRead{"cannot read {file}: {error}", "{file} を読めません: {error}"};
inline constexpr Text kCannotWrite{"cannot write {file}: {error}",
                                   "{file} に書き込めません: {error}"};
inline constexpr Text kNoHome{"set HOME, so that there is a place for the session",
                              "セッションの保存先がありません。HOME を設定してください"};

// ---- signing in
inline constexpr Text kNotSignedIn{
    "not signed in; type: sekishoctl sign-in NAME --console HOST --ca FILE",
    "サインインしていません。次のように入力してください: sekishoctl sign-in 名前 --console ホスト "
    "--ca ファイル"};
inline constexpr Text kNotSignedInThere{
    "not signed in to {console}; type: sekishoctl sign-in NAME --console {console}",
    "{console} にサインインしていません。次のように入力してください: sekishoctl sign-in 名前 "
    "--console {console}"};
inline constexpr Text kWhichConsole{
    "which console? Add --console HOST[:PORT], or set SEKISHO_CONSOLE",
    "コンソールを指定してください（--console ホスト[:ポート]、または環境変数 SEKISHO_CONSOLE）"};
inline constexpr Text kNoAuthority{
    "{console} cannot be recognised; add --ca FILE (or SEKISHO_CA) with its certificate authority",
    "{console} の真正性を確認できません。--ca ファイル（または SEKISHO_CA）でCA証明書を指定して"
    "ください"};
inline constexpr Text kCaOrTrustHash{
    "whom to believe at {console}? Add --ca FILE, or --trust-hash HEX as `sekisho-console init` "
    "printed it",
    "{console} の真正性の確認方法を指定してください（--ca ファイル、または `sekisho-console init` "
    "が表示した --trust-hash）"};
inline constexpr Text kNoAuthorityInChain{
    "{console} does not present a console's certificate chain; is the port the console's?",
    "{console} はコンソールの証明書チェーンを提示しません。ポート番号を確認してください"};
inline constexpr Text kTrustMismatch{
    "THIS IS NOT THE CONSOLE that the trust hash belongs to; nothing was sent. Compare the hash "
    "with what `sekisho-console init` printed; if it is right, somebody is in between",
    "トラストハッシュと一致するコンソールではありません（何も送信していません）。`sekisho-console "
    "init` の表示と照合してください。正しければ、通信経路に第三者がいます"};
inline constexpr Text kUnreachable{"cannot reach {console}: {error}",
                                   "{console} に接続できません: {error}"};
inline constexpr Text kAskName{"Name: ", "名前: "};
inline constexpr Text kAskPassword{"Password: ", "パスワード: "};
inline constexpr Text kAskNewPassword{"New password (at least 12 characters): ",
                                      "新しいパスワード（12文字以上）: "};
inline constexpr Text kAskPasswordAgain{"Once more: ", "もう一度: "};
inline constexpr Text kPasswordsDiffer{"the two passwords differ; nothing was changed",
                                       "2回の入力が一致しません。何も変更していません"};
inline constexpr Text kAskTotp{"Code from the authenticator (6 digits): ",
                               "認証アプリのコード（6桁）: "};
inline constexpr Text kNoTerminal{
    "cannot ask for {what}: there is no terminal. In a script use {option}",
    "{what} を入力する端末がありません。スクリプトでは {option} を使ってください"};
inline constexpr Text kNotATotp{"the code is the 6 digits that the authenticator shows",
                                "コードは認証アプリに表示される6桁の数字です"};
inline constexpr Text kNotATotpSecret{
    "{file} holds no TOTP secret; it must be an otpauth:// URI or base32 text",
    "{file} にTOTPの秘密鍵がありません。otpauth:// のURIまたはBase32の文字列が必要です"};
inline constexpr Text kWaitingForCode{
    "the code was refused (each is good once); trying the next one in {seconds} s\n",
    "コードが拒否されました（各コードは1回だけ有効です）。{seconds} 秒後に次のコードで試します\n"};
inline constexpr Text kSignedIn{"Signed in to {console} as {name} ({role}) until {until}.\n",
                                "{console} に {name}（{role}）としてサインインしました。期限 "
                                "{until}\n"};
inline constexpr Text kSignedOut{"Signed out.\n", "サインアウトしました。\n"};
inline constexpr Text kWasNotSignedIn{"Was not signed in.\n", "サインインしていませんでした。\n"};
inline constexpr Text kSessionReadable{
    "{file} can be read by others; type: chmod 600 {file} and, as it may have been copied, "
    "sekishoctl sign-out, then sign in again",
    "{file} が他の利用者から読める状態です。chmod 600 {file} の後、複製された恐れがあるため "
    "sekishoctl sign-out してサインインし直してください"};
inline constexpr Text kSessionDamaged{
    "{file} is damaged; type: sekishoctl sign-in",
    "{file} が壊れています。sekishoctl sign-in を実行してください"};

// ---- what the console answers
inline constexpr Text kSessionEnded{
    "the session has ended; type: sekishoctl sign-in[[ ({message})]]",
    "サインインが必要です。次のように入力してください: sekishoctl sign-in[[（{message}）]]"};
inline constexpr Text kSignInRefused{"not signed in: {message}",
                                     "サインインできません。名前・パスワード・コードのどれかが違う"
                                     "か、使用済みのコードです（各コードは"
                                     "1回だけ有効です。次のコードを待ってください）"};
inline constexpr Text kNotPermitted{
    "{message}. Your role: see sekishoctl whoami",
    "権限がありません（{message}）。自分の役割は sekishoctl whoami で確認できます"};
inline constexpr Text kNotFound{"{message}[[; did you mean \"{nearest}\"?]]",
                                "見つかりません（{message}）[[。「{nearest}」ではありませんか]]"};
inline constexpr Text kConsoleRefused{"{message}", "コンソールが拒否しました: {message}"};
inline constexpr Text kNoAnswer{
    "no answer from the console ({message}). Is it running, is the address right, and is --ca its "
    "authority?",
    "コンソールが応答しません（{message}）。起動しているか、アドレスと --ca が正しいか確認して"
    "ください"};
inline constexpr Text kOther{"{message}", "{message}"};
inline constexpr Text kReconnecting{
    "connection lost; again in {seconds} s, nothing will be missed\n",
    "接続が切れました。{seconds} 秒後に再接続します（記録は失われません）\n"};

// ---- arguments that name things
inline constexpr Text kNoSuchGroup{
    "there is no group \"{typed}\"[[ (did you mean \"{nearest}\"?)]]; see: sekishoctl groups list",
    "グループ「{typed}」はありません[[。「{nearest}」ではありませんか]]。一覧: sekishoctl groups "
    "list"};
inline constexpr Text kAmbiguousGroup{
    "several groups are called \"{typed}\"; write the path: {choices}",
    "「{typed}」という名前のグループが複数あります。パスで指定してください: {choices}"};
inline constexpr Text kNoSuchGrant{
    "there is no grant \"{typed}\"; see: sekishoctl grants list --all",
    "例外許可「{typed}」はありません。一覧: sekishoctl grants list --all"};
inline constexpr Text kAmbiguousGrant{
    "\"{typed}\" begins several grants; write more of it",
    "「{typed}」で始まる例外許可が複数あります。もっと長く指定して"
    "ください"};
inline constexpr Text kNotAFingerprint{
    "\"{typed}\" is not a device's fingerprint; write at least 6 hexadecimal digits of it, as "
    "`sekishoctl requests --blocks` shows it",
    "「{typed}」は機器の指紋ではありません。`sekishoctl requests --blocks` に表示される16進数を"
    "6桁以上指定してください"};
inline constexpr Text kNoSuchDevice{
    "no device whose fingerprint begins with {typed} was seen on {terminal}; see: sekishoctl "
    "events --terminal {terminal} --kind device-blocked",
    "指紋が {typed} で始まる機器は {terminal} で検出されていません。確認: sekishoctl events "
    "--terminal {terminal} --kind device-blocked"};
inline constexpr Text kAmbiguousDevice{
    "{typed} begins the fingerprints of several devices on {terminal}; write more of it",
    "指紋が {typed} で始まる機器が {terminal} に複数あります。もっと長く指定してください"};
inline constexpr Text kNotAReference{
    "\"{typed}\" is not a reference; it is the six digits that the terminal shows",
    "「{typed}」は受付番号ではありません。端末に表示される6桁の数字を指定してください"};
inline constexpr Text kReferenceOrDevice{
    "which device? Give the six-digit reference, or --terminal and --device",
    "機器を指定してください（6桁の受付番号、または --terminal と --device）"};
inline constexpr Text kReferenceAndDevice{
    "give either the reference, or --terminal and --device, not both",
    "受付番号か、--terminal と --device のどちらか一方だけを指定してください"};
inline constexpr Text kNoSuchRequest{
    "no request has the reference {typed}; the person can read it again with: sekisho devices",
    "受付番号 {typed} の申請はありません。端末で sekisho devices を実行すると確認できます"};
inline constexpr Text kNotAMode{"\"{typed}\" is not a mode; write read-only or read-write",
                                "「{typed}」は指定できません。read-only（読み取り専用）または "
                                "read-write（読み書き）を指定してください"};
inline constexpr Text kNotAVolume{"\"{typed}\" is not a volume; write it like 100MB or 4GB",
                                  "「{typed}」は容量ではありません。100MB、4GB のように指定します"};
inline constexpr Text kNotAnOutput{"write --output table or --output json",
                                   "--output table または --output json を指定してください"};

// ---- done
inline constexpr Text kTerminalRevoked{
    "{terminal} is revoked: its connection ended, and it is refused from now on.\n",
    "{terminal} を失効させました。接続を切断し、今後は拒否します。\n"};
inline constexpr Text kTerminalExpected{
    "{terminal} is expected. To install it: sekishoctl tokens create --terminal {terminal}\n",
    "{terminal} を導入予定に登録しました。導入するには: sekishoctl tokens create --terminal "
    "{terminal}\n"};
inline constexpr Text kTokenMade{
    "Token {id}, good until {until}, shown only now. On the terminal: sudo sekisho enrol TOKEN\n",
    "トークン {id}（期限 {until}）。表示は今回だけです。端末で: sudo sekisho enrol トークン\n"};
inline constexpr Text kTokenRevoked{"Token {id} is revoked.\n",
                                    "トークン {id} を失効させました。\n"};
inline constexpr Text kRequestDenied{"Request {reference} is denied.\n",
                                     "申請 {reference} を却下しました。\n"};
inline constexpr Text kGrantIssued{
    "Grant {grant}: {device} on {terminal}, {mode} for {span}. {state}.\n",
    "例外許可 {grant}: {terminal} の {device}、{mode}、{span}。{state}\n"};
inline constexpr Text kGrantNext{
    "It opens when the terminal confirms. See: sekishoctl grants show {grant}; end it early: "
    "sekishoctl grants revoke {grant} --reason WHY\n",
    "端末が確認すると開きます。確認: sekishoctl grants show {grant}　取り消し: sekishoctl grants "
    "revoke {grant} --reason 理由\n"};
inline constexpr Text kGrantNeedsApproval{
    "Another operator must approve it: sekishoctl grants approve {grant}\n",
    "別の担当者の承認が必要です: sekishoctl grants approve {grant}\n"};
inline constexpr Text kGrantRunning{"Open on the terminal until {until}.\n",
                                    "端末で開きました。期限 {until}\n"};
inline constexpr Text kGrantNotConfirmed{
    "the terminal has not confirmed grant {grant} within {span}; it will when it is reached. See: "
    "sekishoctl terminals show {terminal}",
    "端末が例外許可 {grant} を {span} 以内に確認しませんでした。接続され次第有効になります。確認: "
    "sekishoctl terminals show {terminal}"};
inline constexpr Text kGrantEndedUnopened{
    "grant {grant} did not open: {state}[[ ({cause})]]",
    "例外許可 {grant} は開きませんでした: {state}[[（{cause}）"
    "]]"};
inline constexpr Text kOperatorMade{
    "Operator {name} ({role}). Put this into the authenticator; it is shown only now:\n{uri}\n",
    "担当者 {name}（{role}）を登録しました。次を認証アプリに登録してください（表示は今回だけ）:\n"
    "{uri}\n"};
inline constexpr Text kOperatorDisabled{"{name} is disabled, and signed out everywhere.\n",
                                        "{name} を無効にし、すべてのサインインを終了しました。\n"};
inline constexpr Text kRobotMade{
    "Robot {name} ({role}), good until {until}; the token is shown only now. Use it as "
    "SEKISHO_TOKEN.\n",
    "自動処理用 {name}（{role}）、期限 {until}。トークンの表示は今回だけです。環境変数 "
    "SEKISHO_TOKEN で使います。\n"};
inline constexpr Text kRobotRevoked{"The token of {name} is revoked.\n",
                                    "{name} のトークンを失効させました。\n"};
inline constexpr Text kGroupMade{"Group {name} ({id}).\n",
                                 "グループ {name}（{id}）を作成しました。\n"};

// ---- orders
inline constexpr Text kGroupOrTerminal{
    "which terminals? Give --group GROUP (with all below it) or --terminal TERMINAL",
    "対象を指定してください（--group グループ（下位を含む）、または --terminal 端末）"};
inline constexpr Text kTrialAndConfirmed{"give either --trial or --confirmed, not both",
                                         "--trial か --confirmed のどちらか一方だけを指定して"
                                         "ください"};
inline constexpr Text kWouldBeBlocked{"What they have seen so far and would then refuse:\n",
                                      "これまでに検出され、遮断の対象となる機器:\n"};
inline constexpr Text kNothingWouldBeBlocked{"(nothing that was reported would be refused)\n",
                                             "（報告された機器の中に、遮断の対象はありません）\n"};
inline constexpr Text kOrdered{"Order {version} for {terminal}: {what}.\n",
                               "{terminal} への指示 {version}: {what}\n"};
inline constexpr Text kOrderedNow{
    "It is connected and has it. See: sekishoctl orders list --all --terminal {terminal}\n",
    "接続中のため送信しました。確認: sekishoctl orders list --all --terminal {terminal}\n"};
inline constexpr Text kOrderedLater{
    "It is not connected, and gets it when it is. See: sekishoctl orders list\n",
    "現在は未接続です。接続時に送信します。確認: sekishoctl orders list\n"};
inline constexpr Text kOrderCancelled{
    "Order {version} for {terminal} ({what}) is cancelled.\n",
    "{terminal} への指示 {version}（{what}）を取り消しました。\n"};

// ---- policy
inline constexpr Text kPolicyGood{"{file}: no problems, {count} rules.\n",
                                  "{file}: 問題はありません（規則 {count} 件）。\n"};
inline constexpr Text kPolicyProblems{"the policy was not accepted: {count} problem(s) above",
                                      "ポリシーは受け付けられませんでした（問題 {count} 件）"};
inline constexpr Text kNoChanges{"No change against version {version}.\n",
                                 "第{version}版からの変更はありません。\n"};
inline constexpr Text kChangesAgainst{"Against version {version}:\n", "第{version}版との差分:\n"};
inline constexpr Text kPublished{
    "Version {version} is published and on its way to the terminals.\n",
    "第{version}版を公開し、端末へ配信しています。\n"};
inline constexpr Text kRolledBack{
    "Version {version} is published, with the content of version "
    "{content}.\n",
    "第{content}版の内容を第{version}版として公開しました。\n"};
inline constexpr Text kNoProfile{"there is no profile \"{typed}\"; there are: {known}",
                                 "ひな形「{typed}」はありません。あるのは {known} です"};
inline constexpr Text kProfileLine{"{name}  {title}\n", "{name}  {title}\n"};
inline constexpr Text kNotLosable{
    "\"{typed}\" cannot be let go; hash, parent-hash, connect-type and empty can",
    "「{typed}」は指定できません。hash、parent-hash、connect-type、empty のいずれかです"};
inline constexpr Text kNotUsbguardRules{
    "{file}: {count} line(s) above are no USBGuard rules; nothing was written",
    "{file}: 上記{count}行が USBGuard の規則として読めません。何も書き込んでいません"};
inline constexpr Text kImported{
    "{carried} rule(s) carried over, {left} left out as comments. Next: sekishoctl policy check, "
    "then sekishoctl policy diff\n",
    "引き継いだ規則 {carried} 件、コメントとして除外した規則 {left} 件。次は sekishoctl policy "
    "check、続いて sekishoctl policy diff\n"};
inline constexpr Text kNotAVersion{"\"{typed}\" is not a version; see: sekishoctl policy list",
                                   "「{typed}」は版ではありません。一覧: sekishoctl policy list"};

// ---- questions before what cannot be taken back
inline constexpr Text kAskPublish{"Publish this to the terminals? [y/N] ",
                                  "端末へ公開しますか？ [y/N] "};
inline constexpr Text kAskRevokeTerminal{
    "Revoke {terminal}? It must be enrolled again to come back. [y/N] ",
    "{terminal} を失効させますか？元に戻すには再登録が必要です。 [y/N] "};
inline constexpr Text kAskEnforce{"Enforce on {count} terminal(s)? [y/N] ",
                                  "{count} 台で遮断を始めますか？ [y/N] "};
inline constexpr Text kAskObserve{
    "STOP refusing on {count} terminal(s) at once, and only observe? [y/N] ",
    "{count} 台で直ちに遮断をやめ、監視のみにしますか？ [y/N] "};
inline constexpr Text kAskRelease{"Let Sekisho be removed from {terminal}? [y/N] ",
                                  "{terminal} から Sekisho を取り除くことを許可しますか？ [y/N] "};
inline constexpr Text kNotDone{"nothing was done", "何も実行していません"};
inline constexpr Text kYesNeeded{"there is nobody to ask; add --yes to do it",
                                 "確認を求める相手がいません。実行するには --yes を付けてください"};

// ---- empty lists
inline constexpr Text kNothing{"(none)\n", "（なし）\n"};
inline constexpr Text kAllProtected{"Every terminal is protected.\n",
                                    "すべての端末が保護されています。\n"};

}  // namespace sekisho::console::cli::messages

#endif  // SEKISHO_CONSOLE_CLI_TEXTS_MESSAGES_H_
