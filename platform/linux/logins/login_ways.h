#ifndef SEKISHO_PLATFORM_LINUX_LOGINS_LOGIN_WAYS_H_
#define SEKISHO_PLATFORM_LINUX_LOGINS_LOGIN_WAYS_H_

#include <string>
#include <string_view>
#include <vector>

#include "platform/api/login_ways.h"
#include "platform/linux/logins/pam_stack.h"

namespace sekisho::platform {

// Pure. What PAM asks for a service: a module that knows a password and one for something that the
// person has or is must both say yes, whatever the others say. A module that nobody here knows may
// say anything.
LoginWay LookAtService(const std::string& service, const PamFiles& files);

// Pure. Whether nobody gets through a service's stack unless a module that knows a password said
// yes, whatever the others say: then whoever got through has proven a password.
bool AsksForPassword(const std::string& service, const PamFiles& files);

// Pure. The ways that sshd has beside its PAM service, from what `sshd -T` prints: a key alone is
// one factor, a key and whatever PAM asks are two. Match blocks are not in `sshd -T`.
std::vector<LoginWay> LookAtSshd(std::string_view effective, const PamFiles& files);

// Pure. "gdm autologin" when a daemon.conf of gdm3 switches it on.
std::vector<LoginWay> LookAtGdm(std::string_view daemon_conf);

// Everything in the folders of PAM, and sshd's and gdm's own ways, in the order of their names.
// `root` "" is the machine's own; sshd is asked only there, and answers root alone: kUnknown for
// others.
std::vector<LoginWay> LookAtLogins(const std::string& root);

// Of what stands below `root`.
bool AsksForPasswordBelow(const std::string& root, const std::string& service);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_LOGINS_LOGIN_WAYS_H_
