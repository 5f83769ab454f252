// sekisho-preflight: what would break, or stay open, if Sekisho came onto this machine. Needs
// neither agentd nor an installation, and changes nothing: it gives up the right to.
#include <netdb.h>
#include <sys/socket.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "agent/preflight/render.h"
#include "platform/linux/inspection/inspection.h"
#include "platform/linux/read_only_process.h"

namespace sekisho::preflight {
namespace {

constexpr int kUsage = 2;
constexpr int kCannotLook = 5;
enum class Output { kText, kJson };

Language LanguageOfEnvironment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return std::string_view(value).starts_with("ja") ? Language::kJapanese : Language::kEnglish;
  }
  return Language::kEnglish;
}

// "console.example:7443", "[2001:db8::1]:7443" or an address; numeric afterwards. Empty when the
// name is not known.
std::string AddressOf(std::string console) {
  if (console.starts_with('[')) {
    console = console.substr(1, console.find(']') - 1);
  } else if (console.find(':') == console.rfind(':')) {
    console.resize(std::min(console.find(':'), console.size()));
  }
  addrinfo* found = nullptr;
  if (getaddrinfo(console.c_str(), nullptr, nullptr, &found) != 0) return "";
  char numeric[NI_MAXHOST] = {};
  getnameinfo(found->ai_addr, found->ai_addrlen, numeric, sizeof numeric, nullptr, 0,
              NI_NUMERICHOST);
  freeaddrinfo(found);
  return numeric;
}

int Run(int argc, char** argv) {
  const Language language = LanguageOfEnvironment();
  const auto pick = [&](const char* english, const char* japanese) {
    return Words{english, japanese}.In(language);
  };
  CLI::App app(
      pick("What would break, or stay open, with Sekisho on this machine. Changes nothing.",
           "この端末に Sekisho を導入したとき、支障となるものや開いたままになるものを"
           "示します。何も変更しません。"),
      "sekisho preflight");
  app.footer(pick(
      "Example: sudo sekisho preflight --console console.city.example:7443 --output json\n"
      "Exit status: 0 nothing found, 1 notes only, 2 wrong usage, 3 something would stay open,\n"
      "  4 something would break, 5 it cannot look.",
      "例: sudo sekisho preflight --console console.city.example:7443 --output json\n"
      "終了コード: 0 なし、1 注意のみ、2 使い方の誤り、3 開いたままのものあり、4 支障あり、\n"
      "  5 調べられない"));
  platform::InspectionOptions options;
  Output output = Output::kText;
  std::string console;
  app.add_option("-o,--output", output, pick("text or json", "text または json"))
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Output>{{"text", Output::kText}, {"json", Output::kJson}}));
  app.add_option("--console", console,
                 pick("The console's address; without it, where the default route leads",
                      "コンソールのアドレス(省略時は既定の経路で判断)"));
  app.add_option("--root", options.root,
                 pick("Look at another system, mounted there",
                      "別の場所にマウントした"
                      "システムを調べる"));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kUsage;
  }
  if (!console.empty()) {
    options.console_address = AddressOf(console);
    if (options.console_address.empty()) {
      std::fprintf(stderr, "sekisho preflight: %s: %s\n", console.c_str(),
                   pick("no such host; give its address",
                        "名前が引けません。アドレスを指定して"
                        "ください"));
      return kUsage;
    }
  }
  if (platform::Outcome held = platform::BecomeReadOnly(); !held.ok()) {
    std::fprintf(stderr, "sekisho preflight: %s\n", held.failure().ToString().c_str());
    return kCannotLook;
  }
  const std::vector<Finding> findings = Judge(platform::Inspect(options));
  const std::string text =
      output == Output::kJson ? RenderJson(language, findings) : RenderText(language, findings);
  std::fputs(text.c_str(), stdout);
  return std::fflush(stdout) == 0 ? ExitStatusOf(findings) : kCannotLook;
}

}  // namespace
}  // namespace sekisho::preflight

int main(int argc, char** argv) { return sekisho::preflight::Run(argc, argv); }
