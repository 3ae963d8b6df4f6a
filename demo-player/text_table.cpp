// SPDX-License-Identifier: Apache-2.0
#include "text_table.h"

#include <algorithm>
#include <cstddef>

namespace demo {
namespace {

// The width of text in a terminal; what is no ASCII counts once.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

}  // namespace

std::string format_rows(const std::vector<std::vector<std::string>>& rows,
                        const std::vector<std::string>& notes) {
  if (rows.empty()) return {};
  const std::size_t columns = rows.front().size();
  std::vector<std::size_t> widths(columns, 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (std::size_t at = 0; at < rows.size(); ++at) {
    for (std::size_t i = 0; i < columns; ++i) {
      text += rows[at][i];
      if (i + 1 < columns) text.append(widths[i] - width_of(rows[at][i]) + 2, ' ');
    }
    text += "\n";
    if (at < notes.size() && !notes[at].empty()) text += "    " + notes[at] + "\n";
  }
  return text;
}

}  // namespace demo
