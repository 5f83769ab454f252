#include "platform/linux/logins/login_ways.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "platform/linux/logins/pam_ways.h"

namespace sekisho::platform {
namespace {

using Factors = LoginWay::Factors;

constexpr std::array<std::string_view, 8> kKnowledge = {
    "pam_unix.so",    "pam_sss.so",     "pam_krb5.so",   "pam_ldap.so",
    "pam_winbind.so", "pam_pwdfile.so", "pam_userdb.so", "pam_radius_auth.so"};
// Something that the person has, or is.
constexpr std::array<std::string_view, 10> kPossession = {
    "pam_sekisho.so", "pam_oath.so",   "pam_google_authenticator.so",
    "pam_u2f.so",     "pam_yubico.so", "pam_pkcs11.so",
    "pam_p11.so",     "pam_duo.so",    "pam_poldi.so",
    "pam_fprintd.so"};
// Of Debian 12's packages: what they start is no person's login. chfn, chsh and passwd are run by
// who is in already, and open nothing.
constexpr std::array<std::string_view, 18> kNoLogin = {"atd",
                                                       "chfn",
                                                       "chpasswd",
                                                       "chsh",
                                                       "cron",
                                                       "cups-daemon",
                                                       "gdm-launch-environment",
                                                       "groupmems",
                                                       "lightdm-greeter",
                                                       "newusers",
                                                       "passwd",
                                                       "runuser",
                                                       "runuser-l",
                                                       "sddm-greeter",
                                                       "systemd-user",
                                                       "useradd",
                                                       "usermod",
                                                       "vmtoolsd"};

std::string_view NameOf(const PamModule& module) {
  const std::string_view path = module.path;
  return path.substr(path.rfind('/') + 1);
}

template <std::size_t kSize>
bool IsOneOf(const std::array<std::string_view, kSize>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// Lets in somebody who has nothing to show it, without being asked to refuse.
bool SkipsWhoHasNone(const PamModule& module) {
  return std::ranges::any_of(module.arguments, [](const std::string& each) {
    return each == "nouserok" || each == "nullok";
  });
}

enum class Missing { kNothing, kKnowledge, kPossession, kBoth };
enum class Sekisho { kEnforces, kObserves };

PamAnswers MayAnswer(const PamModule& module, Missing missing, Sekisho sekisho) {
  const std::string_view name = NameOf(module);
  PamAnswers answers;
  if (name == "pam_deny.so") return answers.set(kPamAuthenticationError);
  if (name == "pam_permit.so") return answers.set(kPamSuccess);
  // They prepare, and let nobody in: PAM_IGNORE (their sources in Linux-PAM 1.5.2).
  if (name == "pam_faildelay.so" || name == "pam_warn.so") return answers.set(kPamIgnore);
  answers.set();
  // Whoever is root is in already.
  if (name == "pam_rootok.so") answers.reset(kPamSuccess);
  const bool knowledge = IsOneOf(kKnowledge, name);
  const bool possession = IsOneOf(kPossession, name);
  const bool fails = (knowledge && (missing == Missing::kKnowledge || missing == Missing::kBoth)) ||
                     (possession && (missing == Missing::kPossession || missing == Missing::kBoth));
  if (fails) {
    answers.reset(kPamSuccess);
    const bool skips =
        SkipsWhoHasNone(module) || (sekisho == Sekisho::kObserves && name == "pam_sekisho.so");
    if (knowledge || !skips) answers.reset(kPamIgnore);
  }
  return answers;
}

std::optional<std::vector<std::size_t>> WayWithout(const std::vector<PamModule>& stack,
                                                   Missing missing, Sekisho sekisho) {
  return FindPamWay(stack, [missing, sekisho](const PamModule& module) {
    return MayAnswer(module, missing, sekisho);
  });
}

Sekisho SekishoIn(const PamFiles& files) {
  return files.SekishoEnforces() ? Sekisho::kEnforces : Sekisho::kObserves;
}

std::vector<std::string> NamesOf(const std::vector<PamModule>& stack,
                                 const std::vector<std::size_t>& places) {
  std::vector<std::string> names;
  for (const std::size_t place : places) {
    const std::string name(NameOf(stack[place]));
    // It says yes to everybody: nothing that a person shows.
    if (name != "pam_permit.so" || places.size() == 1) names.push_back(name);
  }
  return names;
}

std::vector<std::string> WordsIn(std::string_view text, std::string_view between) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size();) {
    at = text.find_first_not_of(between, at);
    if (at == std::string_view::npos) break;
    const std::size_t end = std::min(text.find_first_of(between, at), text.size());
    words.emplace_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

// All values of a keyword; sshd -T prints keywords in lower case, one a line.
std::vector<std::string> ValuesOf(std::string_view effective, std::string_view keyword) {
  std::vector<std::string> values;
  for (const std::string& line : WordsIn(effective, "\r\n")) {
    std::vector<std::string> words = WordsIn(line, " \t");
    if (words.empty() || words[0] != keyword) continue;
    values.insert(values.end(), words.begin() + 1, words.end());
  }
  return values;
}

bool IsOn(std::string_view effective, std::string_view keyword) {
  const std::vector<std::string> values = ValuesOf(effective, keyword);
  return !values.empty() && values.back() == "yes";
}

// Those of one list that sshd checks itself, and whether PAM asks too.
struct SshMethods {
  std::vector<std::string> own;
  bool pam = false;
};

SshMethods MethodsOf(const std::string& list, bool use_pam) {
  SshMethods methods;
  for (const std::string& each : WordsIn(list, ",")) {
    const std::string name = each.substr(0, each.find(':'));
    if (use_pam && (name == "keyboard-interactive" || name == "password")) {
      methods.pam = true;
    } else if (std::ranges::find(methods.own, name) == methods.own.end()) {
      methods.own.push_back(name);
    }
  }
  return methods;
}

std::vector<std::string> ListsOf(std::string_view effective) {
  std::vector<std::string> lists = ValuesOf(effective, "authenticationmethods");
  if (!lists.empty() && lists != std::vector<std::string>{"any"}) return lists;
  lists.clear();
  for (const auto& [keyword, method] :
       {std::pair<std::string_view, const char*>{"pubkeyauthentication", "publickey"},
        {"hostbasedauthentication", "hostbased"},
        {"gssapiauthentication", "gssapi-with-mic"},
        {"passwordauthentication", "password"},
        {"kbdinteractiveauthentication", "keyboard-interactive"}}) {
    if (IsOn(effective, keyword)) lists.emplace_back(method);
  }
  return lists;
}

}  // namespace

LoginWay LookAtService(const std::string& service, const PamFiles& files) {
  const Sekisho sekisho = SekishoIn(files);
  LoginWay way;
  way.name = service;
  const std::optional<PamService> read = ReadPamService(service, files);
  if (!read) {
    way.factors = Factors::kRefuses;
    return way;
  }
  if (IsOneOf(kNoLogin, service)) {
    way.factors = Factors::kNoLogin;
    return way;
  }
  const std::vector<PamModule>& stack = (*read)[PamGroup::kAuth];
  // What needs neither says the most about a service; then what needs the password alone.
  for (const Missing missing : {Missing::kBoth, Missing::kPossession, Missing::kKnowledge}) {
    if (const auto places = WayWithout(stack, missing, sekisho)) {
      way.factors = Factors::kOne;
      way.enough = NamesOf(stack, *places);
      return way;
    }
  }
  way.factors = WayWithout(stack, Missing::kNothing, sekisho) ? Factors::kTwo : Factors::kRefuses;
  return way;
}

bool AsksForPassword(const std::string& service, const PamFiles& files) {
  const std::optional<PamService> read = ReadPamService(service, files);
  // A service that refuses everybody proves nothing of anybody.
  return read &&
         WayWithout((*read)[PamGroup::kAuth], Missing::kNothing, SekishoIn(files)).has_value() &&
         !WayWithout((*read)[PamGroup::kAuth], Missing::kKnowledge, SekishoIn(files)).has_value();
}

std::vector<LoginWay> LookAtSshd(std::string_view effective, const PamFiles& files) {
  const bool use_pam = IsOn(effective, "usepam");
  const std::optional<PamService> read = ReadPamService("sshd", files);
  const bool asks =
      read && !WayWithout((*read)[PamGroup::kAuth], Missing::kBoth, SekishoIn(files)).has_value();
  std::vector<LoginWay> ways;
  for (const std::string& list : ListsOf(effective)) {
    SshMethods methods = MethodsOf(list, use_pam);
    // Alone it is the service itself.
    if (methods.own.empty()) continue;
    // A key, and then whatever PAM asks: that has to be something.
    if (methods.pam && asks) {
      ways.push_back({Factors::kTwo, "sshd " + list, {}});
    } else {
      ways.push_back({Factors::kOne, "sshd " + list, std::move(methods.own)});
    }
  }
  return ways;
}

std::vector<LoginWay> LookAtGdm(std::string_view daemon_conf) {
  bool in_daemon = false;
  for (const std::string& line : WordsIn(daemon_conf, "\r\n")) {
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string::npos || line[start] == '#') continue;
    if (line[start] == '[') {
      in_daemon = line.compare(start, 8, "[daemon]") == 0;
      continue;
    }
    const std::size_t equals = line.find('=', start);
    if (!in_daemon || equals == std::string::npos) continue;
    const std::vector<std::string> key = WordsIn(line.substr(start, equals - start), " \t");
    const std::vector<std::string> value = WordsIn(line.substr(equals + 1), " \t");
    if (key.empty() || value.empty()) continue;
    const bool on = strcasecmp(value[0].c_str(), "true") == 0 || value[0] == "1" ||
                    strcasecmp(value[0].c_str(), "yes") == 0;
    if (on && (key[0] == "AutomaticLoginEnable" || key[0] == "TimedLoginEnable")) {
      return {{Factors::kOne, "gdm autologin", {key[0]}}};
    }
  }
  return {};
}

}  // namespace sekisho::platform
