#ifndef SEKISHO_PLATFORM_FAKE_LOGINS_H_
#define SEKISHO_PLATFORM_FAKE_LOGINS_H_

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "platform/api/logins.h"

namespace sekisho::platform::fake {

// The people, processes and stacks that a test says there are.
class FakeLogins : public Logins {
 public:
  Result<Account> ByName(const std::string& name) override {
    for (const Account& each : people) {
      if (each.name == name) return each;
    }
    return Nothing();
  }
  Result<Account> ByUid(unsigned uid) override {
    for (const Account& each : people) {
      if (each.uid == uid) return each;
    }
    return Nothing();
  }
  Result<std::vector<Account>> WhoCanLogIn() override { return people; }
  // A process that no test speaks of was started by the first of all.
  Result<std::vector<RunningProcess>> LineOf(int pid) override {
    if (gone.contains(pid)) return Nothing();
    std::vector<RunningProcess> line;
    for (int each = pid; each > 1; each = parents.contains(each) ? parents[each] : 1) {
      line.push_back({each, started.contains(each) ? started[each] : 1});
    }
    return line;
  }
  bool AsksForPassword(const std::string& service) override {
    return !without_password.contains(service);
  }

  std::vector<Account> people = {{0, "root"}, {1000, "hanako"}, {1001, "jiro"}};
  std::set<std::string> without_password;
  std::map<int, int> parents;
  std::map<int, std::uint64_t> started;
  std::set<int> gone;

 private:
  static Failure Nothing() {
    return {std::make_error_code(std::errc::no_such_file_or_directory), "look up"};
  }
};

}  // namespace sekisho::platform::fake

#endif  // SEKISHO_PLATFORM_FAKE_LOGINS_H_
