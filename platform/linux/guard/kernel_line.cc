#include "platform/linux/guard/kernel_line.h"

#include <algorithm>
#include <string>
#include <vector>

#include "platform/linux/dpkg_database.h"

namespace sekisho::platform {
namespace {

// "(hd0,msdos1)/boot/vmlinuz-6.1" and "/boot/vmlinuz-6.1" are one kernel.
std::string_view WithoutDisk(std::string_view path) {
  const std::size_t end = path.starts_with('(') ? path.find(')') : std::string_view::npos;
  return end == std::string_view::npos ? path : path.substr(end + 1);
}

std::vector<std::string_view> Sorted(std::vector<std::string_view> words) {
  std::ranges::sort(words);
  return words;
}

}  // namespace

MenuHas FindInMenu(std::string_view grub_cfg, std::string_view command_line) {
  constexpr std::string_view kImage = "BOOT_IMAGE=";
  std::vector<std::string_view> running;
  std::string_view kernel;
  for (const std::string_view word : Words(command_line)) {
    if (word.starts_with(kImage)) {
      kernel = WithoutDisk(word.substr(kImage.size()));
    } else {
      running.push_back(word);
    }
  }
  running = Sorted(std::move(running));
  for (const std::string_view line : Lines(grub_cfg)) {
    std::vector<std::string_view> words = Words(line);
    if (words.size() < 2 || (words[0] != "linux" && words[0] != "linuxefi")) continue;
    if (WithoutDisk(words[1]) != kernel) continue;
    words.erase(words.begin(), words.begin() + 2);
    // A variable of GRUB's, such as $vt_handoff: what it held is not known afterwards.
    const bool variable =
        std::ranges::any_of(words, [](std::string_view word) { return word.starts_with('$'); });
    std::erase_if(words, [](std::string_view word) { return word.starts_with('$'); });
    words = Sorted(std::move(words));
    if (words == running) return MenuHas::kIt;
    if (variable && std::ranges::includes(running, words) && running.size() == words.size() + 1 &&
        std::ranges::find_if(running, [](std::string_view word) {
          return word.starts_with("vt.handoff=");
        }) != running.end()) {
      return MenuHas::kIt;
    }
  }
  return MenuHas::kNot;
}

}  // namespace sekisho::platform
