#ifndef SEKISHO_PLATFORM_LINUX_LOGINS_PAM_STACK_H_
#define SEKISHO_PLATFORM_LINUX_LOGINS_PAM_STACK_H_

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::platform {

// What a service asks of a person, as Linux-PAM 1.5.2 reads it (libpam/pam_handlers.c, with
// Debian's
// "@include"). Nothing here loads or calls a module.

// Return codes (security/_pam_types.h), by number.
inline constexpr int kPamReturns = 32;
inline constexpr int kPamSuccess = 0;
inline constexpr int kPamPermissionDenied = 6;
inline constexpr int kPamAuthenticationError = 7;
inline constexpr int kPamIgnore = 25;
inline constexpr int kPamModuleUnknown = 28;
inline constexpr int kPamIncomplete = 31;

// What a return code does to a stack: one of these, or, above 0, how many modules it skips.
using PamAction = int;
inline constexpr PamAction kPamActionIgnore = 0;
inline constexpr PamAction kPamActionOk = -1;
inline constexpr PamAction kPamActionDone = -2;
inline constexpr PamAction kPamActionBad = -3;
inline constexpr PamAction kPamActionDie = -4;
inline constexpr PamAction kPamActionReset = -5;

struct PamModule {
  enum class Kind {
    kModule,
    kMustFail,  // a line that libpam could not read: it refuses in its place
    kSubstack,  // where one begins; itself it does nothing
  } kind = Kind::kModule;
  int level = 0;     // how many substacks it is in
  std::string path;  // as written: "pam_unix.so", "/opt/x/pam_y.so"
  std::vector<std::string> arguments;
  std::array<PamAction, kPamReturns> actions{};
};

enum class PamGroup { kAuth, kAccount, kSession, kPassword };
inline constexpr std::array<PamGroup, 4> kPamGroups = {PamGroup::kAuth, PamGroup::kAccount,
                                                       PamGroup::kSession, PamGroup::kPassword};

// The modules of one service, in the order in which libpam asks them. Empty: it refuses.
struct PamService {
  std::array<std::vector<PamModule>, kPamGroups.size()> stacks;
  const std::vector<PamModule>& operator[](PamGroup group) const {
    return stacks[static_cast<std::size_t>(group)];
  }
};

// The text of a configuration file; none: libpam could not open it.
class PamFiles {
 public:
  virtual ~PamFiles() = default;
  // Of a service: the first of that name in the folders of PAM.
  virtual std::optional<std::string> Service(const std::string& name) const = 0;
  // Of what a file includes: in /etc/pam.d alone, or at a whole path.
  virtual std::optional<std::string> Included(const std::string& name) const = 0;
  // Whether pam_sekisho.so refuses anybody, or only observes.
  virtual bool SekishoEnforces() const { return true; }
};

// None: libpam refuses the service whole (PAM_ABORT): there is neither a file of its own nor
// "other", one of them ends in the middle of a line, or what it needs by "@include" is not there.
std::optional<PamService> ReadPamService(const std::string& service, const PamFiles& files);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_LOGINS_PAM_STACK_H_
