// SPDX-License-Identifier: Apache-2.0
#include "manifest/dash/media_locators.h"

namespace playhead::dash {

std::string with_query(std::string url, std::string_view query) {
  if (query.empty()) return url;
  const std::size_t fragment = std::min(url.find('#'), url.size());
  const char joint = url.find('?') < fragment ? '&' : '?';
  return url.insert(fragment, joint + std::string(query));
}

ResourceLocation TemplateLocator::locate(const SegmentPlace& place) const {
  SegmentTemplate::Values values;
  values.number = place.number;
  values.time_ticks = place.start_ticks - time_bias_;
  values.sub_number = place.sub_number;
  return {with_query(base_->resolve(media().expand(values)), query_), std::nullopt};
}

bool TemplateLocator::equals(const MediaLocator& other) const {
  const TemplateLocator* same = other.as_template();
  return same != nullptr && media() == same->media() && *base_ == *same->base_ &&
         time_bias_ == same->time_bias_ && query_ == same->query_;
}

ResourceLocation ListLocator::locate(const SegmentPlace& place) const {
  const SegmentUrl& url = (*urls_)[static_cast<std::size_t>(place.number - first_number_)];
  return {with_query(base_->resolve(url.media), query_), url.range};
}

std::size_t ListLocator::memory_bytes() const {
  std::size_t bytes = sizeof(*this) + query_.capacity() + urls_->capacity() * sizeof(SegmentUrl);
  for (const SegmentUrl& url : *urls_) {
    if (url.media.capacity() >= sizeof(std::string)) bytes += url.media.capacity();
  }
  return bytes;
}

}  // namespace playhead::dash
