// SPDX-License-Identifier: Apache-2.0
#include "lint_report.h"

#include <ostream>
#include <string_view>

namespace playhead::tools {
namespace {

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kReset = "\x1b[0m";

// Control characters of a manifest do not reach the terminal.
std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return out;
}

}  // namespace

int count_violations(const LintReport& report) {
  int count = 0;
  for (const SourceDiagnostics& source : report) count += source.found.violations();
  return count;
}

void print_report(const LintReport& report, bool has_colours, std::ostream& out) {
  const auto coloured = [&](std::string_view colour, const std::string& text) {
    return has_colours ? std::string(colour) + text + std::string(kReset) : text;
  };
  for (const SourceDiagnostics& source : report) {
    for (const Diagnostic& item : source.found.items()) {
      const bool is_violation = item.severity == Diagnostic::Severity::kViolation;
      std::string place = printable(source.source);
      if (item.line > 0) place += ":" + std::to_string(item.line);
      out << coloured(kBold, place) << ": "
          << coloured(is_violation ? kRed : kYellow, is_violation ? "violation" : "skipped");
      if (!item.rule.empty()) out << " [" << printable(item.rule) << ']';
      out << ": " << printable(item.message) << '\n';
    }
    const auto unlisted =
        static_cast<std::size_t>(source.found.count()) - source.found.items().size();
    if (unlisted > 0) {
      out << printable(source.source) << ": " << unlisted << " more are not listed\n";
    }
  }
}

}  // namespace playhead::tools
