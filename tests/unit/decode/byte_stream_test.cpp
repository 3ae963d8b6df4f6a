// SPDX-License-Identifier: Apache-2.0
#include "decode/byte_stream.h"

#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

namespace playhead::test {

namespace {

SharedBytes bytes_of(const std::string& text) {
  return SharedBytes(std::vector<uint8_t>(text.begin(), text.end()));
}

std::string read_text(ByteStream& stream, std::size_t count) {
  std::vector<uint8_t> out(count);
  out.resize(stream.read(out));
  return {out.begin(), out.end()};
}

std::string peek_text(const ByteStream& stream, std::size_t count) {
  std::vector<uint8_t> out(count);
  out.resize(stream.peek(out));
  return {out.begin(), out.end()};
}

}  // namespace

TEST_CASE("byte_stream: bytes come out in order, whatever the pieces") {
  struct Case {
    const char* name;
    std::vector<std::string> pieces;
    std::size_t read_size;
  };
  const Case cases[] = {{"one piece, read whole", {"abcdefgh"}, 8},
                        {"one piece, read in parts", {"abcdefgh"}, 3},
                        {"bytes, read in parts", {"a", "b", "c", "d", "e", "f", "g", "h"}, 3},
                        {"empty pieces do not count", {"", "abcd", "", "efgh", ""}, 5}};
  for (const Case& c : cases) {
    CAPTURE(c.name);
    ByteStream stream;
    for (const std::string& piece : c.pieces) stream.append(bytes_of(piece));
    stream.finish();
    CHECK(stream.unread() == 8);
    CHECK(peek_text(stream, 6) == "abcdef");
    std::string all;
    while (stream.wait_for(1) > 0) all += read_text(stream, c.read_size);
    CHECK(all == "abcdefgh");
    CHECK(stream.ended());
    CHECK_FALSE(stream.aborted());
  }
}

TEST_CASE("byte_stream: a reader waits for what it asks, or for the end") {
  ByteStream stream;
  stream.append(bytes_of("ab"));
  std::size_t seen = 0;
  std::thread reader([&] { seen = stream.wait_for(4); });
  stream.append(bytes_of("c"));
  stream.append(bytes_of("d"));
  reader.join();
  CHECK(seen == 4);

  std::thread late([&] { seen = stream.wait_for(100); });
  stream.finish();
  late.join();
  CHECK(seen == 4);
  stream.append(bytes_of("after the end"));
  CHECK(stream.unread() == 4);
}

TEST_CASE("byte_stream: abort wakes the reader and takes the bytes away") {
  ByteStream stream;
  stream.append(bytes_of("abc"));
  std::size_t seen = 1;
  std::thread reader([&] { seen = stream.wait_for(10); });
  stream.abort();
  reader.join();
  CHECK(seen == 0);
  CHECK(stream.aborted());
  CHECK(read_text(stream, 3).empty());
}

TEST_CASE("byte_stream: a runaway source is cut off, what came before stays") {
  const auto block = std::make_shared<const std::vector<uint8_t>>(std::size_t{16} << 20);
  const SharedBytes piece(block, ByteView(*block));
  ByteStream stream;
  for (std::size_t i = 0; i < ByteStream::kMaxUnreadBytes / piece.size(); ++i) stream.append(piece);
  CHECK_FALSE(stream.truncated());
  stream.append(bytes_of("x"));
  CHECK(stream.truncated());
  CHECK(stream.ended());
  CHECK(stream.unread() == ByteStream::kMaxUnreadBytes);
}

}  // namespace playhead::test
