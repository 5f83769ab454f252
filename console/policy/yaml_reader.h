#ifndef SEKISHO_CONSOLE_POLICY_YAML_READER_H_
#define SEKISHO_CONSOLE_POLICY_YAML_READER_H_

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "console/policy/yaml.h"

// What the files of yaml.h share; not for others.
namespace sekisho::console::policy {

// Reads values out of YAML nodes and keeps the problems. yaml-cpp's exceptions are the caller's.
class YamlReader {
 public:
  using Handler = std::function<void(const YAML::Node&)>;
  using Handlers = std::map<std::string, Handler>;

  // At most 100 are kept.
  void Problem(const YAML::Mark& mark, std::string message, std::string suggestion = "");
  // The problem of a word that is none of `known`.
  void UnknownWord(const YAML::Node& node, const std::string& what, const std::string& word,
                   const std::vector<std::string>& known);
  // Calls the handler of each key; unknown and repeated keys are problems.
  void Map(const YAML::Node& node, const std::string& what, const Handlers& handlers);
  std::optional<std::string> Text(const YAML::Node& node, const std::string& what);
  // The items of a list, or a single value as a list of one. An empty list, and what is neither, is
  // a problem.
  std::vector<YAML::Node> Items(const YAML::Node& node, const std::string& what,
                                const std::string& suggestion);

  void Into(const YAML::Node& node, const std::string& what, std::string* target);
  // Four hexadecimal digits, not all zero.
  void HexInto(const YAML::Node& node, const std::string& what,
               const std::function<void(std::uint32_t)>& set);
  // 64 hexadecimal digits, as 32 bytes.
  void HashInto(const YAML::Node& node, const std::string& what, const std::string& suggestion,
                std::string* target);
  void SecondsInto(const YAML::Node& node, const std::string& what,
                   const std::function<void(std::uint32_t)>& set);
  void YesNoInto(const YAML::Node& node, const std::string& what,
                 const std::function<void(bool)>& set);

  bool HasProblems() const { return !problems_.empty(); }
  std::vector<v1::PolicyProblem> Take() { return std::move(problems_); }

 private:
  std::vector<v1::PolicyProblem> problems_;
};

// Four hexadecimal digits.
std::optional<std::uint32_t> ParseHex4(const std::string& text);

void ReadMatch(YamlReader& reader, const YAML::Node& node, v1::DeviceMatch& match);
// Also of `only_interfaces`, which is a list of the same kind.
void ReadClasses(YamlReader& reader, const YAML::Node& node, const std::string& what,
                 const std::function<void(v1::DeviceClass)>& add);
void ReadHours(YamlReader& reader, const YAML::Node& node, v1::DeviceMatch& match);
void ReadInterfaces(YamlReader& reader, const YAML::Node& node, v1::InterfaceMatch& interfaces);

void ReadLogins(YamlReader& reader, const YAML::Node& node, v1::LoginPolicy& logins);
// The list of rules.
void ReadRules(YamlReader& reader, const YAML::Node& node, v1::Policy& policy);

}  // namespace sekisho::console::policy

#endif  // SEKISHO_CONSOLE_POLICY_YAML_READER_H_
