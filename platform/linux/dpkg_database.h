#ifndef SEKISHO_PLATFORM_LINUX_DPKG_DATABASE_H_
#define SEKISHO_PLATFORM_LINUX_DPKG_DATABASE_H_

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sekisho::platform {

// MD5 (RFC 1321) in lower-case hexadecimal: what dpkg keeps of its files. Tells an edit from none;
// no proof against whoever can forge one.
std::string Md5Hex(std::span<const std::byte> bytes);

// dpkg's "status" (deb822): pure.
struct DpkgStatus {
  std::set<std::string> installed;
  std::map<std::string, std::string> conffiles;  // path -> MD5 of what the package brought
};
DpkgStatus ParseDpkgStatus(std::string_view text);

// "info/PACKAGE.md5sums": path -> MD5, paths absolute. Pure.
std::map<std::string, std::string> ParseMd5sums(std::string_view text);

// "diversions": what is diverted -> by which package (":" is by hand). Pure.
std::map<std::string, std::string> ParseDiversions(std::string_view text);

// Lines without their ends; of a last line without one too.
std::vector<std::string_view> Lines(std::string_view text);
// Words between blanks and tabs.
std::vector<std::string_view> Words(std::string_view line);

}  // namespace sekisho::platform

#endif  // SEKISHO_PLATFORM_LINUX_DPKG_DATABASE_H_
