// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace demo {

// A line for each row, columns below each other; all rows have the same number of them. `notes`:
// for each row what stands in a line of its own below it; "", and where there are fewer: nothing.
[[nodiscard]] std::string format_rows(const std::vector<std::vector<std::string>>& rows,
                                      const std::vector<std::string>& notes = {});

}  // namespace demo
