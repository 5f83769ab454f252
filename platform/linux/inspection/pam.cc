#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <span>

#include "platform/linux/dpkg_database.h"
#include "platform/linux/inspection/inspection.h"

namespace sekisho::platform {
namespace {

constexpr std::string_view kPrimary = "# here are the per-package modules (the \"Primary\" block)";
constexpr std::string_view kFallback = "# here's the fallback if no module succeeds";
constexpr std::string_view kAdditional =
    "# and here are more per-package modules (the \"Additional\" block)";
constexpr std::string_view kEnd = "# end of pam-auth-update config";

std::string Md5Of(const std::string& text) {
  return Md5Hex(std::as_bytes(std::span(text.data(), text.size())));
}

// Where a jump leads differs with the number of modules, and is no edit.
std::string WithoutJumps(std::string_view line) {
  std::string plain;
  bool in_bracket = false;
  for (const std::string_view word : Words(line)) {
    std::string kept(word);
    in_bracket = in_bracket || word.starts_with('[');
    if (const std::size_t equals = kept.find('=');
        in_bracket && kept.starts_with("[success=") && equals != std::string::npos) {
      kept.resize(equals + 1);
    }
    if (word.ends_with(']')) in_bracket = false;
    plain += (plain.empty() ? "" : " ") + kept;
  }
  return plain;
}

// A common-* file as pam-auth-update reads it: what it keeps as a template, and the lines that it
// manages.
struct CommonFile {
  std::string kept;
  std::vector<std::string> managed;
};

CommonFile SplitCommonFile(std::string_view text, std::string_view type) {
  CommonFile file;
  int state = 0;  // as in pam-auth-update: 1 and 3 are within a managed block
  for (const std::string_view line : Lines(text)) {
    const bool ends =
        (state == 1 && line.starts_with(kFallback)) || (state == 3 && line.starts_with(kEnd));
    if (ends) ++state;
    if (state == 1 || state == 3) {
      std::string_view managed = line;
      if (managed.starts_with(type)) managed.remove_prefix(type.size());
      file.managed.push_back(WithoutJumps(managed));
      continue;
    }
    file.kept += std::string(line) + "\n";
    if ((state == 0 && line.starts_with(kPrimary)) ||
        (state == 2 && line.starts_with(kAdditional))) {
      ++state;
    }
  }
  return file;
}

bool IsAsGenerated(Looker& looker, const std::string& type, std::string_view text) {
  // session-noninteractive holds lines of type session.
  const std::string line_type = type.substr(0, type.find('-'));
  const CommonFile file = SplitCommonFile(text, line_type);
  // As this release brings it, or as one before did.
  const std::string shipped = looker.Text("/usr/share/pam/common-" + type).value_or("") + "\n";
  const std::string sums = looker.Text("/usr/share/pam/common-" + type + ".md5sums").value_or("");
  const std::string sum = Md5Of(file.kept);
  const bool template_known = file.kept == SplitCommonFile(shipped, line_type).kept ||
                              std::ranges::any_of(Lines(sums), [&](std::string_view line) {
                                return line.starts_with(sum);
                              });
  std::set<std::string> saved;
  const std::string state = looker.Text("/var/lib/pam/" + type).value_or("");
  for (const std::string_view line : Lines(state)) saved.insert(WithoutJumps(line));
  return template_known && std::ranges::all_of(file.managed, [&](const std::string& line) {
           return saved.contains(line);
         });
}

}  // namespace

void InspectPam(Looker& looker, MachineFacts& facts) {
  const DpkgStatus status =
      ParseDpkgStatus(looker.Text("/var/lib/dpkg/status", std::size_t{64} << 20).value_or(""));
  constexpr std::array<const char*, 5> kTypes = {"account", "auth", "password", "session",
                                                 "session-noninteractive"};
  std::set<std::string> common;
  for (const char* type : kTypes) {
    const std::string path = std::string("/etc/pam.d/common-") + type;
    common.insert(path);
    const std::optional<std::vector<std::byte>> content = looker.Bytes(path);
    if (!content) continue;
    const std::string_view text(reinterpret_cast<const char*>(content->data()), content->size());
    if (!IsAsGenerated(looker, type, text)) facts.pam_edited.push_back(path);
  }
  std::vector<std::string> paths = {"/etc/pam.conf"};
  for (const std::string& name : looker.Names("/etc/pam.d")) paths.push_back("/etc/pam.d/" + name);
  for (const std::string& path : paths) {
    if (common.contains(path)) continue;
    const std::optional<std::vector<std::byte>> content = looker.Bytes(path);
    if (!content) continue;
    const auto known = status.conffiles.find(path);
    if (known == status.conffiles.end() || known->second != Md5Hex(*content)) {
      facts.pam_edited.push_back(path);
    }
  }
  const std::string diversions = looker.Text("/var/lib/dpkg/diversions").value_or("");
  for (const auto& [path, by] : ParseDiversions(diversions)) {
    if (path.starts_with("/etc/pam.d/") || path.find("/pam_") != std::string::npos) {
      facts.pam_edited.push_back(path + " (" + (by == ":" ? "dpkg-divert" : by) + ")");
    }
  }
}

}  // namespace sekisho::platform
