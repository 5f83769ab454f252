#include "platform/linux/logins/pam_stack.h"

#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

namespace sekisho::platform {
namespace {

// libpam's buffer: what does not fit is another line (BUF_SIZE).
constexpr std::size_t kLine = 1024;
// PAM_SUBSTACK_MAX_LEVEL.
constexpr int kMostLevels = 16;
// libpam follows a file that includes itself until it dies; here it is refused.
constexpr int kMostIncludes = 64;
constexpr int kMostFiles = 1024;
constexpr std::size_t kMostModules = 4096;
constexpr PamAction kUnset = -6;
constexpr std::string_view kBlank = " \n\t";

// In the order of their numbers (libpam/pam_tokens.h).
constexpr std::array<std::string_view, kPamReturns + 1> kReturnNames = {"success",
                                                                        "open_err",
                                                                        "symbol_err",
                                                                        "service_err",
                                                                        "system_err",
                                                                        "buf_err",
                                                                        "perm_denied",
                                                                        "auth_err",
                                                                        "cred_insufficient",
                                                                        "authinfo_unavail",
                                                                        "user_unknown",
                                                                        "maxtries",
                                                                        "new_authtok_reqd",
                                                                        "acct_expired",
                                                                        "session_err",
                                                                        "cred_unavail",
                                                                        "cred_expired",
                                                                        "cred_err",
                                                                        "no_module_data",
                                                                        "conv_err",
                                                                        "authtok_err",
                                                                        "authtok_recover_err",
                                                                        "authtok_lock_busy",
                                                                        "authtok_disable_aging",
                                                                        "try_again",
                                                                        "ignore",
                                                                        "abort",
                                                                        "authtok_expired",
                                                                        "module_unknown",
                                                                        "bad_item",
                                                                        "conv_again",
                                                                        "incomplete",
                                                                        "default"};
constexpr std::array<std::pair<std::string_view, PamAction>, 6> kActionNames = {
    {{"ignore", kPamActionIgnore},
     {"ok", kPamActionOk},
     {"done", kPamActionDone},
     {"bad", kPamActionBad},
     {"die", kPamActionDie},
     {"reset", kPamActionReset}}};

bool Is(const std::string& text, const char* word) { return strcasecmp(text.c_str(), word) == 0; }

// _pam_assemble_line: the next line that says something, with those that a backslash adds to it.
class Lines {
 public:
  enum class End { kLine, kFile, kBroken };

  explicit Lines(std::string_view text) : rest_(text) {}

  End Next(std::string* line) {
    line->clear();
    bool used = false;
    std::size_t room = kLine;
    for (;;) {
      if (room <= 1) return End::kBroken;
      if (rest_.empty()) return used ? End::kBroken : End::kFile;
      const std::string piece = Piece(room - 1);
      const std::size_t start = piece.find_first_not_of(kBlank);
      if (start == std::string::npos || piece[start] == '#') continue;
      const std::size_t comment = piece.find('#', start);
      if (comment != std::string::npos) {
        *line += piece.substr(0, comment);
        return End::kLine;
      }
      const std::size_t last = piece.find_last_not_of(kBlank);
      if (piece[last] != '\\') {
        *line += piece;
        return End::kLine;
      }
      *line += piece.substr(0, last) + ' ';
      used = true;
      room = kLine - line->size();
    }
  }

 private:
  // fgets(3), as a C string.
  std::string Piece(std::size_t most) {
    const std::size_t newline = rest_.find('\n');
    std::size_t size = newline == std::string_view::npos ? rest_.size() : newline + 1;
    size = std::min(size, most);
    std::string piece(rest_.substr(0, size));
    rest_.remove_prefix(size);
    piece.resize(strlen(piece.c_str()));
    return piece;
  }

  std::string_view rest_;
};

// _pam_StrTok: words between blanks; "[...]" is one word, without its brackets.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  std::optional<std::string> Next() {
    const std::size_t start = rest_.find_first_not_of(kBlank);
    if (start == std::string_view::npos) {
      rest_ = {};
      return std::nullopt;
    }
    rest_.remove_prefix(start);
    return rest_.front() == '[' ? Bracketed() : Plain();
  }

 private:
  std::string Plain() {
    const std::size_t end = std::min(rest_.find_first_of(kBlank), rest_.size());
    std::string word(rest_.substr(0, end));
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    return word;
  }

  std::string Bracketed() {
    std::string word;
    std::size_t at = 1;
    for (; at < rest_.size() && rest_[at] != ']'; ++at) {
      if (rest_[at] == '\\' && at + 1 < rest_.size() && rest_[at + 1] == ']') ++at;
      word += rest_[at];
    }
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    return word;
  }

  std::string_view rest_;
};

using Actions = std::array<PamAction, kPamReturns>;

void SetDefault(Actions& actions, PamAction action) {
  std::ranges::replace(actions, kUnset, action);
}

void SkipSpace(std::string_view& text) {
  // isspace(3) in the C locale.
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n\v\f\r"), text.size()));
}

// _pam_parse_control; false: everything is bad.
bool ParseControl(Actions& actions, std::string_view text) {
  for (;;) {
    SkipSpace(text);
    if (text.empty()) return true;
    const auto code = std::ranges::find_if(
        kReturnNames, [&](std::string_view name) { return text.starts_with(name); });
    if (code == kReturnNames.end() || text.size() == code->size()) return false;
    text.remove_prefix(code->size());
    SkipSpace(text);
    if (text.empty() || text.front() != '=') return false;
    text.remove_prefix(1);
    SkipSpace(text);
    if (text.empty()) return false;
    PamAction action = 0;
    const auto named = std::ranges::find_if(
        kActionNames, [&](const auto& each) { return text.starts_with(each.first); });
    if (named != kActionNames.end()) {
      action = named->second;
      text.remove_prefix(named->first.size());
    } else {
      const auto read = std::from_chars(text.data(), text.data() + text.size(), action);
      if (read.ec != std::errc() || action <= 0) return false;
      text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    }
    const auto number = static_cast<std::size_t>(code - kReturnNames.begin());
    if (number == kPamReturns) {
      SetDefault(actions, action);
    } else {
      actions[number] = action;
    }
  }
}

Actions ActionsOf(const std::string& control) {
  Actions actions;
  actions.fill(kUnset);
  const auto word = [&](PamAction success, PamAction otherwise, bool ignores) {
    actions[kPamSuccess] = success;
    actions[12] = success;  // new_authtok_reqd
    if (ignores) actions[kPamIgnore] = kPamActionIgnore;
    SetDefault(actions, otherwise);
  };
  if (Is(control, "required")) {
    word(kPamActionOk, kPamActionBad, true);
  } else if (Is(control, "requisite")) {
    word(kPamActionOk, kPamActionDie, true);
  } else if (Is(control, "optional")) {
    word(kPamActionOk, kPamActionIgnore, false);
  } else if (Is(control, "sufficient")) {
    word(kPamActionDone, kPamActionIgnore, false);
  } else if (!ParseControl(actions, control)) {
    actions.fill(kPamActionBad);
  } else {
    SetDefault(actions, kPamActionBad);
  }
  return actions;
}

std::optional<PamGroup> GroupOf(const std::string& word) {
  if (Is(word, "auth")) return PamGroup::kAuth;
  if (Is(word, "account")) return PamGroup::kAccount;
  if (Is(word, "session")) return PamGroup::kSession;
  if (Is(word, "password")) return PamGroup::kPassword;
  return std::nullopt;
}

class Parser {
 public:
  explicit Parser(const PamFiles& files) : files_(files) {}

  // _pam_parse_conf_file; `wanted`: the lines of one group alone. False: PAM_ABORT.
  bool Text(std::string_view text, std::optional<PamGroup> wanted, int level, int depth) {
    Lines lines(text);
    for (std::string line;;) {
      switch (lines.Next(&line)) {
        case Lines::End::kFile:
          return true;
        case Lines::End::kBroken:
          return false;
        case Lines::End::kLine:
          if (!Line(line, wanted, level, depth)) return false;
      }
    }
  }

  PamService Take() { return std::move(service_); }

 private:
  bool Add(PamGroup group, PamModule module) {
    std::vector<PamModule>& stack = service_.stacks[static_cast<std::size_t>(group)];
    if (stack.size() >= kMostModules) return false;
    stack.push_back(std::move(module));
    return true;
  }

  // _pam_load_conf_file.
  bool Include(const std::optional<std::string>& name, std::optional<PamGroup> wanted, int level,
               int depth) {
    if (!name || level >= kMostLevels || depth >= kMostIncludes || ++opened_ > kMostFiles) {
      return false;
    }
    const std::optional<std::string> text = files_.Included(*name);
    return text && Text(*text, wanted, level, depth + 1);
  }

  bool Line(const std::string& line, std::optional<PamGroup> wanted, int level, int depth) {
    Words words(line);
    std::string type = words.Next().value_or("");
    if (Is(type, "@include")) return Include(words.Next(), wanted, level, depth);
    if (type.starts_with('-')) type.erase(0, 1);
    const std::optional<PamGroup> said = GroupOf(type);
    const PamGroup group = said.value_or(wanted.value_or(PamGroup::kAuth));
    if (wanted && group != *wanted) return true;
    PamModule module;
    module.level = level;
    if (!said) module.kind = PamModule::Kind::kMustFail;

    const std::optional<std::string> control = words.Next();
    if (!control) return Add(group, MustFail(level));
    const bool substack = Is(*control, "substack");
    if (substack || Is(*control, "include")) {
      const std::optional<std::string> name = words.Next();
      if (substack) {
        PamModule mark;
        mark.kind = PamModule::Kind::kSubstack;
        mark.level = level;
        if (!Add(group, std::move(mark))) return false;
      }
      return Include(name, group, level + (substack ? 1 : 0), depth) || Add(group, MustFail(level));
    }
    module.actions = ActionsOf(*control);
    if (std::optional<std::string> path = words.Next()) {
      module.path = std::move(*path);
    } else {
      module.kind = PamModule::Kind::kMustFail;
    }
    while (std::optional<std::string> argument = words.Next()) {
      module.arguments.push_back(std::move(*argument));
    }
    return Add(group, std::move(module));
  }

  static PamModule MustFail(int level) {
    PamModule module;
    module.kind = PamModule::Kind::kMustFail;
    module.level = level;
    module.actions.fill(kPamActionBad);
    return module;
  }

  const PamFiles& files_;
  PamService service_;
  int opened_ = 0;
};

}  // namespace

std::optional<PamService> ReadPamService(const std::string& service, const PamFiles& files) {
  std::array<PamService, 2> read;  // its own file, and the one for all that say nothing
  bool any = false;
  for (std::size_t i = 0; i < read.size(); ++i) {
    const std::optional<std::string> text = files.Service(i == 0 ? service : "other");
    if (!text) continue;
    Parser parser(files);
    if (!parser.Text(*text, std::nullopt, 0, 0)) return std::nullopt;
    read[i] = parser.Take();
    any = true;
  }
  if (!any) return std::nullopt;
  for (std::size_t i = 0; i < kPamGroups.size(); ++i) {
    if (read[0].stacks[i].empty()) read[0].stacks[i] = std::move(read[1].stacks[i]);
  }
  return std::move(read[0]);
}

}  // namespace sekisho::platform
