// sekisho-bench: see docs/bench.md.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "tests/bench/bare_server.h"
#include "tests/bench/decide.h"
#include "tests/bench/enrol.h"
#include "tests/bench/figures.h"
#include "tests/bench/fleet.h"
#include "tests/bench/ingest.h"
#include "tests/bench/storeless_server.h"

namespace sekisho::bench {
namespace {

constexpr char kFooter[] =
    "Example:\n"
    "  sekisho-bench ingest --console build/bench/console/sekisho-console --json figures.json\n\n"
    "Exit codes: 0 measured (met or not: see the column), 1 could not measure, 2 wrong usage.";

int Measure(const std::vector<std::string>& names, BenchOptions options, const std::string& json) {
  std::string folder = (std::filesystem::path(options.folder) / "sekisho-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) {
    std::cerr << "sekisho-bench: cannot make a folder in " << options.folder << "\n";
    return 1;
  }
  options.folder = folder;
  std::vector<Figure> figures;
  int code = 0;
  for (const std::string& name : names) {
    try {
      const std::vector<Figure> more = name == "ingest"   ? MeasureIngest(options)
                                       : name == "enrol"  ? MeasureEnrol(options)
                                       : name == "decide" ? MeasureDecide()
                                                          : MeasureFleet(options);
      figures.insert(figures.end(), more.begin(), more.end());
    } catch (const std::exception& error) {
      std::cerr << "sekisho-bench: " << name << ": " << error.what() << " (logs are kept in "
                << folder << ")\n";
      code = 1;
    }
  }
  std::cout << Table(figures);
  if (!json.empty()) {
    std::ofstream file(json);
    file << Json(figures);
    if (!file.flush()) {
      std::cerr << "sekisho-bench: cannot write " << json << "\n";
      code = 1;
    }
  }
  if (code == 0) std::filesystem::remove_all(folder);
  return code;
}

int Main(int argc, char** argv) {
  CLI::App app{"Measures the console beside its yardsticks, in the same run."};
  app.name("sekisho-bench");
  app.footer(kFooter);
  BenchOptions options;
  options.self = std::filesystem::read_symlink("/proc/self/exe").string();
  options.folder = std::filesystem::temp_directory_path().string();
  std::vector<std::string> names;
  std::string json;
  app.add_option("names", names, "What to measure; all without any")
      ->check(CLI::IsMember({"ingest", "fleet", "enrol", "decide"}));
  app.add_option("--console", options.console, "The sekisho-console to measure");
  app.add_option("--json", json, "Write the figures here as well");
  app.add_option("--folder", options.folder, "Scratch space, on the disk to be measured")
      ->capture_default_str();
  app.add_option("--terminals", options.terminals, "Live terminals")
      ->check(CLI::Range(50, 9000))
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "Rounds of each, in alternation")
      ->check(CLI::Range(1, 20))
      ->capture_default_str();
  app.add_option("--events", options.events, "Events a round of ingest")
      ->check(CLI::Range(6'400, 2'000'000))
      ->capture_default_str();
  app.add_option("--idle", options.idle_seconds, "Seconds of idle time to measure")
      ->check(CLI::Range(5, 600))
      ->capture_default_str();
  app.add_option("--grants", options.grants, "Grants to time")
      ->check(CLI::Range(20, 2000))
      ->capture_default_str();
  std::string keys;
  std::string store;
  CLI::App* bare = app.add_subcommand("bare-server", "The yardstick's server")->group("");
  bare->add_option("--keys", keys)->required();
  CLI::App* storeless =
      app.add_subcommand("storeless-server", "The console without its store")->group("");
  storeless->add_option("--keys", keys)->required();
  storeless->add_option("--store", store)->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& done) {
    return app.exit(done);
  } catch (const CLI::ParseError& error) {
    app.exit(error);
    return 2;
  }
  if (bare->parsed()) return ServeBare(keys);
  if (storeless->parsed()) return ServeStoreless(keys, store);
  if (options.console.empty() && names != std::vector<std::string>{"decide"}) {
    std::cerr << "sekisho-bench: say which console to measure: --console PATH\n";
    return 2;
  }
  if (names.empty()) names = {"ingest", "fleet", "enrol", "decide"};
  return Measure(names, options, json);
}

}  // namespace
}  // namespace sekisho::bench

int main(int argc, char** argv) { return sekisho::bench::Main(argc, argv); }
