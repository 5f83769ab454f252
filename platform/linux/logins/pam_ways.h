#ifndef SEKISHO_PLATFORM_LINUX_LOGINS_PAM_WAYS_H_
#define SEKISHO_PLATFORM_LINUX_LOGINS_PAM_WAYS_H_

#include <bitset>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "platform/linux/logins/pam_stack.h"

namespace sekisho::platform {

// What a module may answer.
using PamAnswers = std::bitset<kPamReturns>;

// A way through a stack that ends in PAM_SUCCESS, when each module answers what `may_answer`
// allows: the places in `stack` of the modules that said PAM_SUCCESS on it, in their order. Among
// the ways there are, one with the fewest of them. None: there is no such way. As libpam walks
// (libpam/pam_dispatch.c, _pam_dispatch_aux). Every state that can be reached is looked at once; of
// a stack that has more than anybody would write there is said to be one, of no module.
std::optional<std::vector<std::size_t>> FindPamWay(
    const std::vector<PamModule>& stack,
    const std::function<PamAnswers(const PamModule&)>& may_answer);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_LOGINS_PAM_WAYS_H_
