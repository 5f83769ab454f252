#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "agent/barrier/adapter_commands.h"
#include "agent/barrier/boot_commands.h"
#include "agent/barrier/check_commands.h"
#include "agent/barrier/device_commands.h"
#include "agent/barrier/exit.h"
#include "agent/barrier/rescue_commands.h"
#include "agent/barrier/text.h"
#include "platform/linux/boot_mode.h"
#include "platform/linux/closure_record.h"
#include "platform/linux/doors/place.h"
#include "platform/linux/uevent.h"
#include "sekisho/version.h"

namespace sekisho::barrier {
namespace {

// What is wrong with a value, or nothing.
std::string CheckPort(const std::string& text) {
  return platform::IsPortPath(text) ? ""
                                    : Say("write a port like 2-1.4", "2-1.4 の形で書いてください");
}
// The same, or the place of a device that is not USB.
std::string CheckPlace(const std::string& text) {
  return platform::IsPlace(text) ? "" : CheckPort(text);
}
std::string CheckAdapter(const std::string& text) {
  return platform::IsAdapterPlace(text)
             ? ""
             : Say("write a place like pci-0000:01:00.0", "pci-0000:01:00.0 の形で書いてください");
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

std::string CheckMode(const std::string& text) {
  const std::optional<platform::BootMode> mode = platform::ParseBootMode(text);
  return mode && *mode != platform::BootMode::kRescue
             ? ""
             : Say("write observe, trial or enforce", "observe、trial、enforce のどれかです");
}

// What the options of a command fill in; they outlive the parsing, which runs the command.
struct Options {
  Authorisation authorisation;
  platform::OpenedDevice opened;
  std::int64_t deadline = 0;
  bool present = false;
  bool show = false;
  bool yes = false;
  bool print = false;
  bool at_installation = false;
  bool next = false;
  std::string mode;
  std::int64_t trial_seconds = platform::NextBoot{}.trial.count();
  bool verify = false;
  std::string port_path;
  std::string hash_file;
  bool remove = false;
  std::string devpath;
  std::string place;
  bool write = false;
  bool begin = false;
};

void AddBootCommands(CLI::App& app, Options& options, Exit& exit) {
  CLI::App* deny = app.add_subcommand(
      "deny", Say("Begin this boot in its mode: unless that is to observe, deny every new USB "
                  "device, now and on controllers that come later.",
                  "今回の起動のモードを決めます。監視のみでなければ、以後の USB 機器を、後から来る"
                  "コントローラーも含めて遮断します。"));
  deny->add_flag("--at-installation", options.at_installation,
                 Say("This boot began without Sekisho: a trial begins with the next one.",
                     "今回の起動は Sekisho なしで始まりました。試行は次回の起動から始まります。"));
  deny->callback([&] {
    exit =
        Deny(options.at_installation ? BootFacts::Began::kWithout : BootFacts::Began::kWithSekisho);
  });

  CLI::App* mode = app.add_subcommand(
      "mode", Say("Show this boot's mode and the next one's, or set the next one's.",
                  "今回と次回の起動のモードを表示します。または次回のモードを設定します。"));
  CLI::Option* set = mode->add_option("--set", options.mode,
                                      Say("observe (at once), trial (from the next boot on), "
                                          "enforce (from the next boot on; confirms a trial).",
                                          "observe (すぐに)、trial (次回の起動から)、"
                                          "enforce (次回の起動から。試行中なら確定)。"))
                         ->check(CheckMode);
  mode->add_option("--trial-seconds", options.trial_seconds,
                   Say("How long a trial waits for a confirmation after the start.",
                       "試行が起動後に確認を待つ秒数。"))
      ->capture_default_str()
      ->check(CLI::Range(platform::kShortestTrial.count(), platform::kLongestTrial.count()))
      ->needs(set);
  mode->add_flag("--next", options.next,
                 Say("Only the next one's, as a word.", "次回のモードだけを 1 語で表示します。"))
      ->excludes(set);
  mode->callback([&] {
    if (!options.mode.empty()) {
      exit = SetMode(
          {*platform::ParseBootMode(options.mode), std::chrono::seconds(options.trial_seconds)});
    } else {
      exit = options.next ? PrintNextMode() : ShowMode();
    }
  });

  app.add_subcommand("await-trial", Say("Undo this boot's trial at its deadline unless it was "
                                        "confirmed (sekisho-trial.service).",
                                        "試行が確認されなければ、期限に解除します "
                                        "(sekisho-trial.service)。"))
      ->callback([&] { exit = AwaitTrial(); });
  app.add_subcommand("undo-trial", Say("Undo this boot's trial now: let every device in again.",
                                       "試行を今すぐ解除し、すべての機器を使えるようにします。"))
      ->callback([&] { exit = UndoTrial(); });
  app.add_subcommand("dead-man", Say("The same in the initramfs, where nobody can confirm.",
                                     "initramfs の中で同じことをします。"))
      ->callback([&] { exit = DeadMan(); });
}

void AddDeviceCommands(CLI::App& app, Options& options, Exit& exit) {
  CLI::App* authorise = app.add_subcommand(
      "authorise",
      Say("Open one device, if it is the one named (udev calls this for adopted ones).",
          "指定どおりの機器であれば開きます(登録済み機器について udev が呼びます)。"));
  authorise->add_option("--port", options.authorisation.port_path)->required()->check(CheckPort);
  authorise->add_option("--fingerprint", options.authorisation.fingerprint_hex)
      ->required()
      ->check(CheckFingerprint);
  authorise->add_option("--serial-hex", options.authorisation.serial_hex)->required();
  authorise->callback([&] { exit = Authorise(options.authorisation); });

  CLI::App* close = app.add_subcommand(
      "close", Say("Shut one device when its grant's deadline (CLOCK_BOOTTIME, ns) has come.",
                   "許可の期限 (CLOCK_BOOTTIME、ns) が来たら、その機器を閉じます。"));
  close->add_option("--grant", options.opened.grant_id)->required()->check(CheckGrant);
  close->add_option("--port", options.opened.port_path)->required()->check(CheckPlace);
  close->add_option("--fingerprint", options.opened.fingerprint_hex)
      ->required()
      ->check(CheckFingerprint);
  close->add_option("--deadline", options.deadline)->required()->check(CLI::NonNegativeNumber);
  close->callback([&] { exit = Close(options.opened, options.deadline); });

  CLI::App* adopt = app.add_subcommand(
      "adopt", Say("Write down the keyboards and pointers that are plugged in, and the hubs above "
                   "them.",
                   "接続中のキーボード、ポインターと、その上流のハブを登録します。"));
  adopt
      ->add_flag("--present", options.present, Say("What is plugged in now.", "現在接続中のもの。"))
      ->required();
  CLI::Option* yes = adopt->add_flag("--yes", options.yes, Say("Do not ask.", "確認しません。"));
  adopt->add_flag("--show", options.show, Say("Only show them.", "表示だけします。"))
      ->excludes(yes);
  adopt->callback([&] {
    exit = options.show ? ShowPresent()
                        : AdoptPresent(options.yes ? Confirmation::kGiven : Confirmation::kAsk);
  });

  CLI::App* rules =
      app.add_subcommand("rules", Say("Write the udev rules of the adopted devices again.",
                                      "登録済み機器の udev 規則を書き直します。"));
  rules->add_flag("--print", options.print, Say("Only show them.", "表示だけします。"));
  rules->callback([&] { exit = Rules(options.print ? RulesTo::kStandardOutput : RulesTo::kFile); });
}

void AddAdapterCommands(CLI::App& app, Options& options, Exit& exit) {
  CLI::App* adapter = app.add_subcommand(
      "new-adapter", Say("Shut a new network card or radio that is not this terminal's own (udev "
                         "calls this).",
                         "この端末のものでない新しいネットワークカードや無線装置を閉じます "
                         "(udev が呼びます)。"));
  adapter->add_option("--path", options.devpath)->required();
  adapter->callback([&] { exit = ShutNewAdapter(options.devpath); });

  CLI::App* own = app.add_subcommand(
      "own-adapters",
      Say("Show the network cards, Wi-Fi and Bluetooth controllers that are not on USB, and which "
          "of them are this terminal's own.",
          "USB 以外のネットワークカード、Wi-Fi、Bluetooth と、そのうちこの端末のものを"
          "表示します。"));
  CLI::Option* write =
      own->add_flag("--write", options.write,
                    Say("Record those that are present, unless that was done before.",
                        "まだ登録がなければ、現在あるものを登録します。"));
  CLI::Option* add = own->add_option("--add", options.place,
                                     Say("Record the one at this place too.",
                                         "この場所にあるものを追加で登録します。"))
                         ->check(CheckAdapter)
                         ->excludes(write);
  own->add_flag("--begin", options.begin,
                Say("Begin this boot (sekisho-barrier.service): where none of those on record is "
                    "there, what is there counts until the next boot.",
                    "起動時の処理 (sekisho-barrier.service)。登録済みのものが 1 つもなければ、"
                    "次回の起動まで、現在あるものをこの端末のものとして扱います。"))
      ->excludes(write)
      ->excludes(add);
  own->callback([&] {
    exit = !options.place.empty() ? AddOwnAdapter(options.place)
           : options.write        ? RecordAdapters()
           : options.begin        ? BeginWithAdapters()
                                  : ShowAdapters();
  });
}

void AddCheckCommands(CLI::App& app, Options& options, Exit& exit) {
  app.add_subcommand("probe", Say("Plug a stick that exists only in memory into a new controller, "
                                  "and see whether it is refused.",
                                  "メモリ上だけの USB メモリを新しいコントローラーに接続し、"
                                  "遮断されることを確かめます。"))
      ->callback([&] { exit = Probe(); });
  app.add_subcommand("check", Say("Say of each part of the barrier whether it stands.",
                                  "防壁の各部分が有効かどうかを示します。"))
      ->callback([&] { exit = Check(); });
  CLI::App* boot_image = app.add_subcommand(
      "boot-image", Say("Say whether the next boot holds the mode and the adopted devices.",
                        "次回の起動が、現在のモードと登録済み機器のとおりになるかを示します。"));
  boot_image->add_flag("--verify", options.verify,
                       Say("Look into every initramfs that has changed.",
                           "変更された initramfs の中を確かめます。"));
  boot_image->callback(
      [&] { exit = ShowBootImage(options.verify ? Images::kLookedInto : Images::kStored); });
  app.add_subcommand("notice", Say("Say what whoever logs in should know; else nothing.",
                                   "ログインする人に知らせることがあれば表示します。"))
      ->callback([&] { exit = Notice(); });
}

void AddRescueCommands(CLI::App& app, Options& options, Exit& exit) {
  CLI::App* input = app.add_subcommand(
      "rescue-input", Say("In a rescue start, open a keyboard, a pointer or a hub (udev calls "
                          "this).",
                          "復旧起動で、キーボード、ポインター、ハブを開きます(udev が呼びます)。"));
  input->add_option("--port", options.port_path)->required()->check(CheckPort);
  input->callback([&] { exit = RescueInput(options.port_path); });

  CLI::App* password = app.add_subcommand(
      "rescue-password",
      Say("Put GRUB's menu behind a password, with a rescue entry in it; the other entries go on "
          "starting without it.",
          "GRUB のメニューにパスワードを設定し、復旧用の項目を加えます。ほかの項目は"
          "パスワードなしで起動します。"));
  CLI::Option* hash = password->add_option(
      "--hash-file", options.hash_file,
      Say("What grub-mkpasswd-pbkdf2 wrote (-: standard input), instead of asking.",
          "grub-mkpasswd-pbkdf2 の出力(-: 標準入力)。指定すると尋ねません。"));
  password->add_flag("--remove", options.remove, Say("Take it away again.", "解除します。"))
      ->excludes(hash);
  password->callback([&] {
    exit = options.remove ? RemoveRescuePassword() : SetRescuePassword(options.hash_file);
  });
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
  Options options;
  AddBootCommands(app, options, exit);
  AddDeviceCommands(app, options, exit);
  AddAdapterCommands(app, options, exit);
  AddCheckCommands(app, options, exit);
  AddRescueCommands(app, options, exit);
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
