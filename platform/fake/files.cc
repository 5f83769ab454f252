#include "platform/fake/files.h"

#include <utility>

namespace sekisho::platform::fake {
namespace {

Failure Fail(int error, std::string step) {
  return {std::error_code(error, std::generic_category()), std::move(step)};
}

}  // namespace

Result<std::vector<std::byte>> MemoryFiles::Read(const std::string& path, std::size_t limit) {
  if (!powered_) return Fail(EIO, "read " + path);
  const auto found = files_.find(path);
  if (found == files_.end()) return Fail(ENOENT, "open " + path);
  if (found->second.bytes.size() > limit) return Fail(EFBIG, "read " + path);
  return found->second.bytes;
}

Outcome MemoryFiles::Replace(const std::string& path, std::span<const std::byte> content,
                             FileMode mode) {
  if (!powered_) return Fail(EIO, "write " + path);
  ++replaces_;
  const bool cut = cut_at_ != 0 && replaces_ == cut_at_;
  if (cut && cut_ == Cut::kBeforeRename) {
    powered_ = false;
    return Fail(EIO, "write " + path);
  }
  if (space_ == Space::kFull) return Fail(ENOSPC, "write " + path);
  files_[path] = {{content.begin(), content.end()}, mode};
  if (cut) {
    powered_ = false;
    return Fail(EIO, "fsync directory of " + path);
  }
  return Done{};
}

Result<std::string> MemoryFiles::SetAside(const std::string& path, const std::string& cause) {
  if (!powered_) return Fail(EIO, "rename " + path);
  const auto found = files_.find(path);
  if (found == files_.end()) return Fail(ENOENT, "rename " + path);
  std::string aside = path + ".set-aside." + cause;
  for (int n = 2; files_.contains(aside); ++n) {
    aside = path + ".set-aside." + cause + "." + std::to_string(n);
  }
  auto node = files_.extract(found);
  node.key() = aside;
  files_.insert(std::move(node));
  return aside;
}

Outcome MemoryFiles::Remove(const std::string& path) {
  if (!powered_) return Fail(EIO, "unlink " + path);
  if (files_.erase(path) == 0) return Fail(ENOENT, "unlink " + path);
  return Done{};
}

void MemoryFiles::CutPowerAtReplace(int nth, Cut cut) {
  cut_at_ = replaces_ + nth;
  cut_ = cut;
}

void MemoryFiles::PowerOn() {
  powered_ = true;
  cut_at_ = 0;
}

void MemoryFiles::Put(const std::string& path, std::vector<std::byte> content) {
  files_[path].bytes = std::move(content);
}

void MemoryFiles::Put(const std::string& path, std::string_view content) {
  const auto bytes = std::as_bytes(std::span(content));
  files_[path].bytes.assign(bytes.begin(), bytes.end());
}

void MemoryFiles::Truncate(const std::string& path, std::size_t size) {
  if (const auto found = files_.find(path); found != files_.end()) {
    found->second.bytes.resize(std::min(size, found->second.bytes.size()));
  }
}

std::optional<std::vector<std::byte>> MemoryFiles::Get(const std::string& path) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return std::nullopt;
  return found->second.bytes;
}

std::optional<FileMode> MemoryFiles::Mode(const std::string& path) const {
  const auto found = files_.find(path);
  if (found == files_.end()) return std::nullopt;
  return found->second.mode;
}

std::vector<std::string> MemoryFiles::Paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, content] : files_) paths.push_back(path);
  return paths;
}

}  // namespace sekisho::platform::fake
