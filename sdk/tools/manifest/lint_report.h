// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <list>
#include <string>

#include "manifest/diagnostic.h"

// What --lint prints for people: a line for each finding, in the form compilers have and editors
// understand.
namespace playhead::tools {

// What was found in one resource.
struct SourceDiagnostics {
  std::string source;  // as on the command line; the URL of a playlist that was followed
  Diagnostics found;
};
// A list: parsers hold pointers to its elements.
using LintReport = std::list<SourceDiagnostics>;

// All of them, also those beyond what is listed of one resource.
[[nodiscard]] int count_violations(const LintReport& report);

// "SOURCE:LINE: violation [rule]: message"; without the line where it is not known.
void print_report(const LintReport& report, bool has_colours, std::ostream& out);

}  // namespace playhead::tools
