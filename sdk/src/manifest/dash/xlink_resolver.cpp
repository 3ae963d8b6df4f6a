// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/xlink_resolver.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "base/url.h"
#include "manifest/dash/xml.h"

namespace playhead::dash {
namespace {

using Node = pugi::xml_node;

constexpr std::string_view kResolveToZero = "urn:mpeg:dash:resolve-to-zero:2013";

// xlink:href under any prefix; a plain href is something else.
pugi::xml_attribute href_of(Node node) {
  for (const pugi::xml_attribute attribute : node.attributes()) {
    const std::string_view name(attribute.name());
    if (name.size() > 5 && name.substr(name.size() - 5) == ":href") return attribute;
  }
  return {};
}

void drop_xlink(Node node) {
  for (pugi::xml_attribute attribute = node.first_attribute(); attribute;) {
    const pugi::xml_attribute next = attribute.next_attribute();
    const std::string_view name = local_name(attribute.name());
    const bool has_prefix = name.size() != std::string_view(attribute.name()).size();
    if (has_prefix && (name == "href" || name == "actuate" || name == "type" || name == "show")) {
      node.remove_attribute(attribute);
    }
    attribute = next;
  }
}

class TextWriter final : public pugi::xml_writer {
 public:
  void write(const void* data, std::size_t size) override {
    const auto* bytes = static_cast<const uint8_t*>(data);
    text.insert(text.end(), bytes, bytes + size);
  }
  std::vector<uint8_t> text;
};

}  // namespace

struct XlinkResolver::State {
  // A remote element and the URLs that led to it, the MPD's own first.
  struct Pending {
    Node node;
    std::string url;
    std::vector<std::string> chain;
  };

  void collect(Node root, const std::vector<std::string>& chain);
  void consider(Node node, const std::vector<std::string>& chain, std::vector<Node>& gone);
  void give_up(Node node, std::string url, std::string reason, bool is_in_mpd) {
    constexpr std::size_t kListed = 1'000;
    ++failures;
    if (failed.size() < kListed) {
      failed.push_back({std::move(url), std::move(reason), is_in_mpd ? byte_of(node) : 0});
    }
    drop_xlink(node);
  }

  std::shared_ptr<XmlDocument> document;
  std::vector<Pending> pending;  // the last one is next
  std::size_t fetched = 0;
  std::size_t fetched_bytes = 0;
  int failures = 0;
  std::vector<RemoteFailure> failed;
};

void XlinkResolver::State::consider(Node node, const std::vector<std::string>& chain,
                                    std::vector<Node>& gone) {
  const pugi::xml_attribute href = href_of(node);
  if (!href) return;
  const std::string_view reference = trim(href.value());
  if (reference == kResolveToZero) {
    gone.push_back(node);
    return;
  }
  Result<std::string> url = resolve_url(chain.back(), reference);
  const auto give_up_as = [&](const char* reason) {
    give_up(node, url ? *url : std::string(reference), reason, chain.size() == 1);
  };
  const auto starts = [](const std::string& text, const char* scheme) {
    return text.rfind(scheme, 0) == 0;
  };
  const bool is_web = url && (starts(*url, "http://") || starts(*url, "https://"));
  const bool is_file = url && starts(*url, "file://") && starts(chain.front(), "file://");
  if (!is_web && !is_file) return give_up_as("it is at no URL that can be fetched");
  if (std::find(chain.begin(), chain.end(), *url) != chain.end()) {
    return give_up_as("it leads back to itself");
  }
  if (chain.size() > limits::kRemoteDepth) return give_up_as("remote elements nest too deeply");
  if (pending.size() + fetched >= limits::kRemoteElements) {
    return give_up_as("there are too many remote elements");
  }
  pending.push_back({node, *std::move(url), chain});
}

// Below `root` and itself, in document order; does not look into elements that will be replaced.
void XlinkResolver::State::collect(Node root, const std::vector<std::string>& chain) {
  const std::size_t first = pending.size();
  std::vector<Node> gone;
  Node node = root;
  while (node) {
    consider(node, chain, gone);
    const bool is_remote =
        (!pending.empty() && pending.back().node == node) || (!gone.empty() && gone.back() == node);
    if (!is_remote && node.first_child()) {
      node = node.first_child();
      continue;
    }
    while (node != root && !node.next_sibling()) node = node.parent();
    if (node == root) break;
    node = node.next_sibling();
  }
  std::reverse(pending.begin() + static_cast<std::ptrdiff_t>(first), pending.end());
  for (Node zero : gone) zero.parent().remove_child(zero);
}

bool XlinkResolver::may_need(ByteView mpd) {
  return as_text(mpd).find(":href") != std::string_view::npos;
}

Result<XlinkResolver> XlinkResolver::make(ByteView mpd, const std::string& url) {
  auto state = std::make_unique<State>();
  PLAYHEAD_TRY(state->document, parse_xml(mpd));
  // Other XML, such as pages, has links that are none of ours.
  const Node root = state->document->tree.document_element();
  if (local_name(root) == "MPD") state->collect(root, {url});
  return XlinkResolver(std::move(state));
}

XlinkResolver::XlinkResolver(std::unique_ptr<State> state) : state_(std::move(state)) {}
XlinkResolver::XlinkResolver(XlinkResolver&&) noexcept = default;
XlinkResolver& XlinkResolver::operator=(XlinkResolver&&) noexcept = default;
XlinkResolver::~XlinkResolver() = default;

std::optional<std::string> XlinkResolver::missing() const {
  if (state_->pending.empty()) return std::nullopt;
  return state_->pending.back().url;
}

void XlinkResolver::fail(std::string reason) {
  if (state_->pending.empty()) return;
  State::Pending pending = std::move(state_->pending.back());
  state_->pending.pop_back();
  state_->give_up(pending.node, std::move(pending.url), std::move(reason),
                  pending.chain.size() == 1);
}

void XlinkResolver::add(ByteView bytes) {
  if (state_->pending.empty()) return;
  State& state = *state_;
  ++state.fetched;
  state.fetched_bytes += bytes.size();
  const std::string_view name = local_name(state.pending.back().node);
  const Result<std::shared_ptr<XmlDocument>> remote = parse_xml(bytes);
  // 5.5.3: one or several elements of the same kind.
  const bool is_fit = remote &&
                      state.fetched_bytes <= static_cast<std::size_t>(limits::kManifestBytes) &&
                      std::all_of((*remote)->tree.begin(), (*remote)->tree.end(), [&](Node node) {
                        return node.type() != pugi::node_element || local_name(node) == name;
                      });
  if (!is_fit) {
    return fail(remote ? "it is no " + std::string(name) + ", or too large"
                       : "it is not well-formed: " + remote.error().context);
  }
  State::Pending pending = std::move(state.pending.back());
  state.pending.pop_back();
  pending.chain.push_back(pending.url);
  Node parent = pending.node.parent();
  std::vector<Node> added;
  for (const Node node : (*remote)->tree.children()) {
    if (node.type() == pugi::node_element) {
      added.push_back(parent.insert_copy_before(node, pending.node));
    }
  }
  parent.remove_child(pending.node);
  for (auto node = added.rbegin(); node != added.rend(); ++node) {
    state.collect(*node, pending.chain);
  }
}

SharedBytes XlinkResolver::text() const {
  TextWriter writer;
  state_->document->tree.save(writer, "", pugi::format_raw, pugi::encoding_utf8);
  return SharedBytes(std::move(writer.text));
}

int XlinkResolver::failures() const { return state_->failures; }
const std::vector<RemoteFailure>& XlinkResolver::failed() const { return state_->failed; }

}  // namespace playhead::dash
