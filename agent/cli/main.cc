// sekisho: what the person at the terminal, and root on it, can ask of sekisho-agentd.
#include <chrono>
#include <clocale>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "agent/cli/command_line.h"
#include "sekisho/version.h"

namespace sekisho::cli {
namespace {

constexpr char kFooterEnglish[] =
    "Example: sekisho devices, then sekisho request 2-1 --reason \"forms from the prefecture\"\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 sekisho-agentd does not answer, 4 not "
    "permitted,\n  5 no such device or exception, 6 refused, 7 link or console unavailable,\n"
    "  8 doctor: a protection let something through, 9 doctor: one could not be tried.";
constexpr char kFooterJapanese[] =
    "例: sekisho devices の後に sekisho request 2-1 --reason \"県からの様式\"\n"
    "終了コード: 0 完了、1 失敗、2 使い方の誤り、3 sekisho-agentd の応答なし、4 権限なし、\n"
    "  5 機器または例外が見つからない、6 拒否、7 接続プロセスまたはコンソールが使えない、\n"
    "  8 doctor: 突破された保護がある、9 doctor: 試行できない保護がある";

struct Help {
  const char* english;
  const char* japanese;
};

class Commands {
 public:
  explicit Commands(Context& context) : context_(context) {
    app_.description(Pick({"What this terminal allows and refuses, and why.",
                           "この端末が何を許可し何を遮断しているか、その理由を示します。"}));
    app_.name("sekisho");
    app_.footer(Pick({kFooterEnglish, kFooterJapanese}));
    app_.set_version_flag("--version", std::string("sekisho " SEKISHO_VERSION));
    app_.require_subcommand(1);
    app_.add_option("--socket", context_.socket,
                    Pick({"sekisho-agentd's socket", "sekisho-agentd のソケット"}))
        ->capture_default_str();
    AddQuestions();
    AddRequests();
    AddAdministration();
    AddLogins();
  }

  int Run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::Success& done) {
      return app_.exit(done);
    } catch (const CLI::ParseError& error) {
      app_.exit(error);
      return static_cast<int>(ExitCode::kUsage);
    }
    return static_cast<int>(run_());
  }

 private:
  const char* Pick(const Help& help) const {
    return context_.language == Language::kJapanese ? help.japanese : help.english;
  }

  CLI::App* Add(const char* name, const Help& help, const char* example,
                std::function<ExitCode()> run) {
    CLI::App* command = app_.add_subcommand(name, Pick(help));
    command->footer(std::string(Pick({"Example: ", "例: "})) + example);
    command->callback([this, run = std::move(run)] { run_ = run; });
    return command;
  }

  void AddOutput(CLI::App* command) {
    static const std::map<std::string, Output> kOutputs = {{"text", Output::kText},
                                                           {"json", Output::kJson}};
    command->add_option("-o,--output", context_.output, Pick({"text or json", "text または json"}))
        ->transform(CLI::CheckedTransformer(kOutputs));
  }

  void AddDevice(CLI::App* command) {
    command
        ->add_option(
            "DEVICE", device_,
            Pick({"Port (2-1.4) or reference (123456)", "ポート(2-1.4)または参照番号(123456)"}))
        ->required();
  }

  void AddQuestions() {
    AddOutput(Add("status",
                  {"Enrolment, console, policy, exceptions, protections",
                   "登録・コンソール・ポリシー・例外・保護の状態"},
                  "sekisho status --output json", [this] { return RunStatus(context_); }));
    AddOutput(Add("devices",
                  {"What is plugged in, and what became of it", "接続中の機器とその扱い"},
                  "sekisho devices", [this] { return RunDevices(context_); }));
    CLI::App* why = Add("why", {"Why a device got what it got", "その扱いになった理由"},
                        "sekisho why 2-1", [this] { return RunWhy(context_, device_); });
    AddDevice(why);
    AddOutput(why);
    CLI::App* doctor = Add(
        "doctor", {"Tries this terminal's protections, now", "この端末の保護を今すぐ試行します"},
        "sekisho doctor, or sudo sekisho doctor logins",
        [this] { return what_.empty() ? RunDoctor(context_) : RunDoctorLogins(context_); });
    doctor
        ->add_option("WHAT", what_,
                     Pick({"logins: what each way to log in asks of a person",
                           "logins: 各ログイン経路が求める要素"}))
        ->check(CLI::IsMember({"logins"}));
    AddOutput(doctor);
    // Its own program, with its own options, --help and exit codes.
    CLI::App* preflight =
        Add("preflight",
            {"What would break, or stay open, on this machine; changes nothing",
             "この端末で支障となるもの・開いたままになるものを調べます(変更なし)"},
            "sudo sekisho preflight --output json",
            [this] { return RunPreflight(context_, preflight_arguments_()); });
    preflight->prefix_command();
    preflight->set_help_flag();
    preflight_arguments_ = [preflight] { return preflight->remaining(); };
    CLI::App* watch = Add(
        "watch",
        {"Tells of refusals and of the time left, as they come", "遮断や残り時間を知らせ続けます"},
        "sekisho watch --notify", [this] {
          return RunWatch(context_, notify_ ? Showing::kDesktop : Showing::kTerminal,
                          std::chrono::seconds(every_));
        });
    watch->add_flag("--notify", notify_,
                    Pick({"As desktop notifications", "デスクトップ通知で知らせる"}));
    watch
        ->add_option(
            "--every", every_,
            Pick({"Seconds between two sights of the time left", "残り時間を示す間隔(秒)"}))
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
  }

  void AddRequests() {
    CLI::App* request =
        Add("request", {"Asks the helpdesk for an exception", "窓口に例外を申請します"},
            "sekisho request 2-1 --reason \"forms from the prefecture\"",
            [this] { return RunRequest(context_, device_, reason_); });
    AddDevice(request);
    request->add_option("--reason", reason_, Pick({"What it is needed for", "必要な理由"}))
        ->required();
    AddDevice(
        Add("return",
            {"Ends an exception early, and closes the device", "例外を早く終え、機器を閉じます"},
            "sekisho return 2-1", [this] { return RunReturn(context_, device_); }));
  }

  void AddAdministration() {
    CLI::App* enrol = Add(
        "enrol",
        {"Makes this terminal the console's (root)", "この端末をコンソールに登録します(管理者)"},
        "sudo sekisho enrol --token-file token.txt",
        [this] { return RunEnrol(context_, token_, token_file_); });
    CLI::Option* token = enrol->add_option(
        "TOKEN", token_,
        Pick({"\"sekisho1.…\", from the console", "コンソールで発行したトークン"}));
    enrol
        ->add_option(
            "--token-file", token_file_,
            Pick({"File with the token; - is standard input", "トークンのファイル(- で標準入力)"}))
        ->excludes(token);
    Add("confirm",
        {"The trial that runs holds: this terminal goes on refusing",
         "試行を確認し、遮断を続けます"},
        "sekisho confirm", [this] { return RunConfirm(context_); });
    CLI::App* leave = Add(
        "leave",
        {"Whether Sekisho may be removed from this terminal (root)",
         "この端末から Sekisho を削除してよいかを示します(管理者)"},
        "sudo sekisho leave",
        [this] { return RunLeave(context_, removing_ ? Leaving::kRemoving : Leaving::kQuestion); });
    leave->add_flag("--removing", removing_,
                    Pick({"It is being removed: tell the console first (the package does this)",
                          "削除することをコンソールに報告する(パッケージが実行)"}));
    CLI::App* out =
        Add("export",
            {"Writes events and questions to a file, for a console without network (root)",
             "ネットワークのないコンソール宛に記録をファイルへ書き出します(管理者)"},
            "sudo sekisho export /media/stick/desk-12.parcel",
            [this] { return RunExport(context_, file_, token_file_); });
    out->add_option("FILE", file_, Pick({"File to write", "書き出すファイル"}))->required();
    out->add_option("--token-file", token_file_,
                    Pick({"Ask to be enrolled with the token in this file",
                          "このファイルのトークンで登録を申請する"}));
    Add("import",
        {"Takes in the console's answer from a file (root)",
         "コンソールの回答をファイルから取り込みます(管理者)"},
        "sudo sekisho import /media/stick/desk-12.answer",
        [this] { return RunImport(context_, file_); })
        ->add_option("FILE", file_,
                     Pick({"What sekishoctl parcel carry wrote",
                           "sekishoctl parcel carry が書いたファイル"}))
        ->required();
    CLI::App* adopt = Add(
        "adopt",
        {"Keyboards and pointers that work at every boot (root)",
         "起動時から使うキーボード・マウスの承認(管理者)"},
        "sudo sekisho adopt 2-1.4 --yes",
        [this] { return RunAdopt(context_, handles_, yes_ ? Asking::kYes : Asking::kQuestion); });
    adopt->add_option("DEVICE", handles_,
                      Pick({"Ports; none: all that could be", "ポート(省略時は候補すべて)"}));
    adopt->add_flag("--yes", yes_, Pick({"Without a question", "確認せずに承認する"}));
  }

  // Of a command that has some of its own, one of which must be named.
  CLI::App* AddBelow(CLI::App* above, const char* name, const Help& help, const char* example,
                     std::function<ExitCode()> run) {
    CLI::App* command = above->add_subcommand(name, Pick(help));
    command->footer(std::string(Pick({"Example: ", "例: "})) + example);
    command->callback([this, run = std::move(run)] { run_ = run; });
    return command;
  }

  void AddLogins() {
    CLI::App* factor =
        app_.add_subcommand("factor", Pick({"What people prove with that they are who they say",
                                            "ログイン時に本人であることを示す要素"}));
    factor->require_subcommand(1);
    const auto person = [this](CLI::App* command) {
      return command->add_option("PERSON", about_.person,
                                 Pick({"Whose; yours if left out", "対象者(省略時は自分)"}));
    };
    const auto why = [this](CLI::App* command) {
      command->add_option("--reason", about_.reason,
                          Pick({"Why; root must say it", "理由(管理者は必須)"}));
      command->add_option("--code", about_.code,
                          Pick({"A code of a factor that you have", "登録済みの要素の認証コード"}));
    };
    CLI::App* add = AddBelow(
        factor, "add",
        {"Enrols an authenticator app (TOTP), with a QR code", "認証アプリ(TOTP)を登録します"},
        "sudo sekisho factor add hanako --reason \"new phone\"",
        [this] { return RunFactorAdd(context_, about_); });
    person(add);
    why(add);
    add->add_option("--label", about_.label, Pick({"What to call it", "表示名"}));
    AddOutput(add);
    CLI::App* confirm =
        AddBelow(factor, "confirm",
                 {"Makes what was added count, by a code of it", "登録を認証コードで確認します"},
                 "sekisho factor confirm hanako totp-1 --code 123456",
                 [this] { return RunFactorConfirm(context_, about_); });
    person(confirm)->required();
    confirm->add_option("FACTOR", about_.factor_id, Pick({"As add said", "add が示した要素"}))
        ->required();
    confirm->add_option("--code", about_.code, Pick({"The code", "認証コード"}))->required();
    CLI::App* list =
        AddBelow(factor, "list", {"Who has which; root sees everybody", "登録状況(管理者は全員)"},
                 "sudo sekisho factor list", [this] { return RunFactorList(context_, about_); });
    person(list);
    AddOutput(list);
    CLI::App* remove = AddBelow(factor, "remove", {"Takes one away", "要素を削除します"},
                                "sudo sekisho factor remove hanako totp-1 --reason \"phone lost\"",
                                [this] { return RunFactorRemove(context_, about_); });
    person(remove)->required();
    remove->add_option("FACTOR", about_.factor_id, Pick({"As list says", "list が示す要素"}))
        ->required();
    why(remove);

    CLI::App* login =
        app_.add_subcommand("login", Pick({"Whether logging in asks for a second factor (root)",
                                           "ログインに第二要素を求めるかどうか(管理者)"}));
    login->require_subcommand(1);
    AddOutput(AddBelow(login, "status",
                       {"How it is, and who has no second factor", "現在の設定と未登録の利用者"},
                       "sudo sekisho login status",
                       [this] { return RunLogin(context_, v1::LOGINS_MODE_UNSPECIFIED, {}); }));
    CLI::App* enforce = AddBelow(
        login, "enforce", {"Nobody gets in on one factor from now on", "第二要素を必須にします"},
        "sudo sekisho login enforce",
        [this] { return RunLogin(context_, v1::LOGINS_MODE_ENFORCE, locked_out_); });
    enforce
        ->add_option("--force", locked_out_,
                     Pick({"Who may be locked out by it, by name",
                           "ログインできなくなってもよい利用者の名前"}))
        ->delimiter(',');
    AddBelow(login, "observe",
             {"Nobody is asked; what would have been refused is recorded",
              "求めません。拒否の対象だったログインを記録します"},
             "sudo sekisho login observe",
             [this] { return RunLogin(context_, v1::LOGINS_MODE_OBSERVE, {}); });
  }

  Context& context_;
  CLI::App app_;
  std::function<ExitCode()> run_;
  std::function<std::vector<std::string>()> preflight_arguments_;
  std::string device_, reason_, what_, token_, token_file_, file_;
  std::vector<std::string> handles_, locked_out_;
  FactorOf about_;
  // CLI11's flags are bools; they become enums before they leave this class.
  bool notify_ = false;
  bool yes_ = false;
  bool removing_ = false;
  int every_ = 60;
};

}  // namespace
}  // namespace sekisho::cli

int main(int argc, char** argv) {
  std::setlocale(LC_ALL, "");
  sekisho::cli::Context context;
  context.language = sekisho::cli::LanguageOfEnvironment();
  return sekisho::cli::Commands(context).Run(argc, argv);
}
