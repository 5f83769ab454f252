#include <CLI/CLI.hpp>
#include <string>

#include "agent/barrier/commands.h"
#include "agent/barrier/text.h"
#include "platform/linux/closure_record.h"
#include "platform/linux/uevent.h"
#include "sekisho/version.h"

namespace sekisho::barrier {
namespace {

// What is wrong with a value, or nothing.
std::string CheckPort(const std::string& text) {
  return platform::IsPortPath(text) ? ""
                                    : Say("write a port like 2-1.4", "2-1.4 の形で書いてください");
}
std::string CheckFingerprint(const std::string& text) {
  const bool good =
      text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
  return good ? ""
              : Say("write 64 lower-case hexadecimal digits", "16 進小文字 64 桁で書いてください");
}
std::string CheckGrant(const std::string& text) {
  return platform::IsGrantId(text) ? "" : Say("write a grant's id", "許可の ID を書いてください");
}

int Run(int argc, char** argv) {
  CLI::App app(Say("The USB barrier of Sekisho: denies new devices from early boot on, opens what "
                   "was adopted, and shuts what a dead agent left open.",
                   "Sekisho の USB 防壁: 起動直後から新しい機器を遮断し、登録済みの機器を開き、"
                   "停止したエージェントが残した許可を閉じます。"),
               "sekisho-barrier");
  app.set_version_flag("--version", SEKISHO_VERSION);
  app.require_subcommand(1);
  app.footer(
      Say("Example:\n  sekisho-barrier adopt --present\n  sekisho-barrier check\n\n"
          "Exit status: 0 done, 1 failed, 2 usage, 3 refused (another device, or the answer "
          "was no), 4 a protection does not hold.",
          "例:\n  sekisho-barrier adopt --present\n  sekisho-barrier check\n\n"
          "終了コード: 0 完了、1 失敗、2 書式の誤り、3 拒否(別の機器、または「いいえ」)、"
          "4 保護が有効でない。"));
  Exit exit = Exit::kUsage;

  CLI::App* deny = app.add_subcommand(
      "deny", Say("Deny every new USB device, now and on controllers that come later.",
                  "以後の USB 機器を、後から来るコントローラーも含めて遮断します。"));
  deny->callback([&] { exit = Deny(); });

  Authorisation authorisation;
  CLI::App* authorise = app.add_subcommand(
      "authorise",
      Say("Open one device, if it is the one named (udev calls this for adopted ones).",
          "指定どおりの機器であれば開きます(登録済み機器について udev が呼びます)。"));
  authorise->add_option("--port", authorisation.port_path)->required()->check(CheckPort);
  authorise->add_option("--fingerprint", authorisation.fingerprint_hex)
      ->required()
      ->check(CheckFingerprint);
  authorise->add_option("--serial-hex", authorisation.serial_hex)->required();
  authorise->callback([&] { exit = Authorise(authorisation); });

  platform::OpenedDevice opened;
  std::int64_t deadline = 0;
  CLI::App* close = app.add_subcommand(
      "close", Say("Shut one device when its grant's deadline (CLOCK_BOOTTIME, ns) has come.",
                   "許可の期限 (CLOCK_BOOTTIME、ns) が来たら、その機器を閉じます。"));
  close->add_option("--grant", opened.grant_id)->required()->check(CheckGrant);
  close->add_option("--port", opened.port_path)->required()->check(CheckPort);
  close->add_option("--fingerprint", opened.fingerprint_hex)->required()->check(CheckFingerprint);
  close->add_option("--deadline", deadline)->required()->check(CLI::NonNegativeNumber);
  close->callback([&] { exit = Close(opened, deadline); });

  bool present = false;
  bool yes = false;
  CLI::App* adopt = app.add_subcommand(
      "adopt", Say("Write down the keyboards and pointers that are plugged in, and the hubs above "
                   "them.",
                   "接続中のキーボード、ポインターと、その上流のハブを登録します。"));
  adopt->add_flag("--present", present, Say("What is plugged in now.", "現在接続中のもの。"))
      ->required();
  adopt->add_flag("--yes", yes, Say("Do not ask.", "確認しません。"));
  adopt->callback([&] { exit = AdoptPresent(yes ? Confirmation::kGiven : Confirmation::kAsk); });

  bool print = false;
  CLI::App* rules =
      app.add_subcommand("rules", Say("Write the udev rules of the adopted devices again.",
                                      "登録済み機器の udev 規則を書き直します。"));
  rules->add_flag("--print", print, Say("Only show them.", "表示だけします。"));
  rules->callback([&] { exit = Rules(print ? RulesTo::kStandardOutput : RulesTo::kFile); });

  app.add_subcommand("probe", Say("Plug a stick that exists only in memory into a new controller, "
                                  "and see whether it is refused.",
                                  "メモリ上だけの USB メモリを新しいコントローラーに接続し、"
                                  "遮断されることを確かめます。"))
      ->callback([&] { exit = Probe(); });
  app.add_subcommand("check", Say("Say of each part of the barrier whether it stands.",
                                  "防壁の各部分が有効かどうかを示します。"))
      ->callback([&] { exit = Check(); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help and --version also come this way, with 0.
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::kUsage);
  }
  return static_cast<int>(exit);
}

}  // namespace
}  // namespace sekisho::barrier

int main(int argc, char** argv) { return sekisho::barrier::Run(argc, argv); }
