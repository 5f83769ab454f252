// sekisho-hash: reads files that it was handed and says their SHA-256. Runs as nobody in particular
// with nothing to lose; started by sekisho-agentd.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include "platform/linux/file_record/hash_protocol.h"

namespace sekisho::platform {
namespace {

constexpr int kSocket = 0;
constexpr std::size_t kPiece = std::size_t{256} << 10;

#if defined(__x86_64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr unsigned kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "name this architecture's AUDIT_ARCH_*"
#endif

// From here on: read what is open, answer, take the next, end. No file is opened any more, nor
// memory made executable.
bool EnterSandbox() {
  constexpr long kAllowed[] = {
      SYS_read,  SYS_recvmsg,      SYS_sendto,    SYS_close,          SYS_futex,
      SYS_brk,   SYS_munmap,       SYS_madvise,   SYS_exit,           SYS_exit_group,
      SYS_write, SYS_rt_sigreturn, SYS_fadvise64, SYS_restart_syscall};
  const auto load = [](unsigned offset) {
    return sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset);
  };
  const auto end = [](unsigned action) { return sock_filter BPF_STMT(BPF_RET | BPF_K, action); };
  std::vector<sock_filter> filter = {
      load(offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      end(SECCOMP_RET_KILL_PROCESS),
      load(offsetof(seccomp_data, nr)),
  };
  for (const long call : kAllowed) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1));
    filter.push_back(end(SECCOMP_RET_ALLOW));
  }
  filter.push_back(end(SECCOMP_RET_ERRNO | EPERM));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// The next file; -1 when whoever asks is gone, or asks what nobody understands.
int TakeFile(HashQuestion& question) {
  iovec part{&question, sizeof question};
  alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))];
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = room;
  message.msg_controllen = sizeof room;
  ssize_t n;
  do {
    n = recvmsg(kSocket, &message, 0);
  } while (n < 0 && errno == EINTR);
  const cmsghdr* control = CMSG_FIRSTHDR(&message);
  if (n != sizeof question || control == nullptr || control->cmsg_type != SCM_RIGHTS) return -1;
  int fd = -1;
  std::memcpy(&fd, CMSG_DATA(control), sizeof fd);
  return fd;
}

HashAnswer Hash(const Context& context, const HashQuestion& question, int file,
                std::vector<char>& piece) {
  HashAnswer answer;
  answer.id = question.id;
  EVP_DigestInit_ex(context.get(), nullptr, nullptr);
  for (;;) {
    const ssize_t n = read(file, piece.data(), piece.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) answer.error = errno;
    if (n <= 0) break;
    EVP_DigestUpdate(context.get(), piece.data(), static_cast<std::size_t>(n));
    answer.size += static_cast<std::uint64_t>(n);
  }
  if (answer.error == 0) EVP_DigestFinal_ex(context.get(), answer.sha256.data(), nullptr);
  return answer;
}

int Run(int argc, char** argv) {
  if (argc > 1) {
    const bool help = std::strcmp(argv[1], "--help") == 0;
    std::fprintf(help ? stdout : stderr,
                 "Usage: sekisho-hash 0<>SOCKET\n"
                 "Says the SHA-256 of each file that sekisho-agentd hands over on descriptor 0.\n"
                 "Exit status: 0 nobody asks any more, 1 no memory, 2 usage, 3 no sandbox.\n");
    return help ? 0 : 2;
  }
  const Context context(EVP_MD_CTX_new());
  std::vector<char> piece(kPiece);
  // Everything that OpenSSL loads it loads before the sandbox is shut.
  if (!context || EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) != 1) return 1;
  if (!EnterSandbox()) return 3;
  HashQuestion question;
  for (int file = TakeFile(question); file >= 0; file = TakeFile(question)) {
    const HashAnswer answer = Hash(context, question, file, piece);
    close(file);
    if (send(kSocket, &answer, sizeof answer, MSG_NOSIGNAL) < 0) return 0;
  }
  return 0;
}

}  // namespace
}  // namespace sekisho::platform

int main(int argc, char** argv) { return sekisho::platform::Run(argc, argv); }
