// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "playhead/error.h"
#include "playhead/transport.h"

namespace playhead {

// The Content-Type says that the answer is something else than what was asked for. None at all, and
// those that fit anything, say nothing; nor do types of what has no format of its own (keys, calls
// of a service). Pure.
[[nodiscard]] bool is_odd_type(ResourceKind kind, std::string_view content_type);

// Media and manifests are what their first bytes are, whatever their host calls them (RFC 9110 §8.3
// allows to look). A host that calls them wrongly is told of all the same: other players, and caches
// and filters on the way, go by the type. Once for each host. Used on one thread.
class TypeWatch {
 public:
  // kBadResponse, recoverable. Null: nobody is told.
  void on_odd(std::function<void(const Error&)> tell) { tell_ = std::move(tell); }
  // `body`: the first bytes of an answer, which is not an error and no web page.
  void look(ResourceKind kind, const ResponseHead& head, std::string_view body);
  // Another title: its hosts are told of, again.
  void forget() { told_.clear(); }

 private:
  std::function<void(const Error&)> tell_;
  std::set<std::string> told_;  // origins
};

}  // namespace playhead
