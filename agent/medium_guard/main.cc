#include <CLI/CLI.hpp>
#include <string>

#include "agent/barrier/text.h"
#include "agent/medium_guard/commands.h"
#include "sekisho/version.h"

namespace sekisho::medium_guard {
namespace {

using barrier::Say;

int Run(int count, char** arguments) {
  CLI::App app(Say("The medium guard: the kernel itself opens no disk but this machine's own and "
                   "those that are admitted.",
                   "媒体ガード: この端末のディスクと許可された媒体以外は、カーネルが開きません。"),
               "sekisho-medium-guard");
  app.set_version_flag("--version", SEKISHO_VERSION);
  app.require_subcommand(1);
  Exit exit = Exit::kDone;
  bool write = false;
  std::string add;

  app.add_subcommand("load", Say("Load it into the kernel, in the mode of this boot; beside one "
                                 "that is there, which then goes.",
                                 "今回の起動のモードでカーネルに読み込みます。すでにあれば、"
                                 "新しいものが有効になってから置き換えます。"))
      ->callback([&] { exit = Load(); });
  app.add_subcommand("status", Say("Say whether it stands.", "有効かどうかを表示します。"))
      ->callback([&] { exit = ShowStatus(); });
  app.add_subcommand("refuse", Say("Start refusing.", "遮断を始めます。"))->callback([&] {
    exit = SetMode(Mode::kRefuse);
  });
  app.add_subcommand("observe", Say("Stop refusing, until the next boot or load.",
                                    "次回の起動または読み込みまで、遮断を止めます。"))
      ->callback([&] { exit = SetMode(Mode::kObserve); });
  app.add_subcommand("unload", Say("Take it out of the kernel.", "カーネルから取り除きます。"))
      ->callback([&] { exit = Unload(); });
  CLI::App* own = app.add_subcommand(
      "own-disks", Say("Show this machine's own disks: those it runs on, and the places on record.",
                       "この端末のディスク (稼働中のものと登録済みの場所) を表示します。"));
  CLI::Option* written =
      own->add_flag("--write", write,
                    Say("Record the places of the fixed disks in fstab and crypttab.",
                        "fstab と crypttab にある固定ディスクの場所を登録します。"));
  own->add_option("--add", add,
                  Say("Record the place of this disk (a device node), and load again.",
                      "このディスク (デバイスノード) の場所を登録し、読み込み直します。"))
      ->excludes(written);
  own->callback([&] {
    exit = !add.empty() ? AddOwnDisk(add) : write ? RecordTables() : ShowOwnDisks();
  });
  app.footer(Say("Exit codes: 0 done; 1 failed; 2 wrong usage; 4 the guard is missing.",
                 "終了コード: 0 完了、1 失敗、2 使い方の誤り、4 ガードがない。"));
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::kUsage);
  }
  return static_cast<int>(exit);
}

}  // namespace
}  // namespace sekisho::medium_guard

int main(int count, char** arguments) { return sekisho::medium_guard::Run(count, arguments); }
