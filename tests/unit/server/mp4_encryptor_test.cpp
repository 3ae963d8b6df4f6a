// SPDX-License-Identifier: Apache-2.0
#include "mp4_encryptor.h"

#include <doctest/doctest.h>

#include "hex.h"

using namespace playhead::server;

namespace {

const ContentKey kContentKey{KeyId(16, 'k'), std::string(16, 'K')};
const ContentKey kOther{KeyId(16, 'o'), std::string(16, 'O')};

Mp4Box box(const char* type, std::string body) {
  Mp4Box made;
  made.type = type;
  made.body = std::move(body);
  return made;
}

Mp4Box parent(const char* type, std::vector<Mp4Box> children) {
  Mp4Box made;
  made.type = type;
  made.children = std::move(children);
  return made;
}

std::string number(std::size_t width, uint64_t value) {
  std::string text;
  append_number(text, width, value);
  return text;
}

std::string init_segment(const char* codec) {
  std::string entry(std::string(codec) == "mp4a" ? 28 : 78, '\0');
  if (std::string(codec) == "avc1")
    entry += write_boxes({box("avcC", std::string("\x01\x64\x00\x1f\xff", 5))});
  const std::string stsd = number(4, 0) + number(4, 1) + write_boxes({box(codec, entry)});
  return write_boxes(
      {box("ftyp", "iso6"),
       parent("moov",
              {parent("trak",
                      {parent("mdia", {parent("minf", {parent("stbl", {box("stsd", stsd)})})})}),
               parent("mvex", {full_box("trex", 0, 0, std::string(20, '\0'))})})});
}

// One sidx reference, a moof of these samples, and their bytes.
std::string media_segment(const std::vector<std::string>& samples) {
  std::string sizes;
  std::string data;
  for (const std::string& sample : samples) {
    sizes += number(4, sample.size());
    data += sample;
  }
  const auto moof = [&](std::size_t offset) {
    return parent(
        "moof",
        {full_box("mfhd", 0, 0, number(4, 1)),
         parent("traf", {full_box("tfhd", 0, 0x20000, number(4, 1)),
                         full_box("trun", 0, 0x201,
                                  number(4, samples.size()) + number(4, offset) + sizes)})});
  };
  const std::size_t moof_bytes = moof(0).size();
  const std::string sidx = number(4, 1) + number(4, 1000) + number(8, 0) + number(4, 1) +
                           number(4, moof_bytes + data.size() + 8) + std::string(8, '\0');
  return write_boxes({full_box("sidx", 0, 0, sidx), moof(moof_bytes + 8), box("mdat", data)});
}

std::string nal(int type, std::size_t size) {
  return number(4, size) + static_cast<char>(type) + std::string(size - 1, 'n');
}

Mp4Box* find_path(std::vector<Mp4Box>& boxes, std::initializer_list<const char*> path) {
  Mp4Box root;
  Mp4Box* at = nullptr;
  for (const char* name : path) {
    if (at == nullptr) {
      for (Mp4Box& top : boxes) at = top.type == name ? &top : at;
    } else {
      at = at->find(name);
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

}  // namespace

TEST_CASE("media_cipher: published vectors") {
  // NIST SP 800-38A F.5.1 and F.2.1, the first two blocks.
  const std::string key = *from_hex("2b7e151628aed2a6abf7158809cf4f3c");
  const std::string clear =
      *from_hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
  std::string media = "##" + clear.substr(0, 16) + "####" + clear.substr(16);
  const ByteSpan spans[] = {{2, 16}, {22, 16}};
  REQUIRE(encrypt_cenc(media, spans, key, *from_hex("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")).ok());
  CHECK(to_hex(media.substr(2, 16)) == "874d6191b620e3261bef6864990db6ce");
  CHECK(to_hex(media.substr(22)) == "9806f66b7970fdff8617187bb9fffdff");
  CHECK(media.substr(18, 4) == "####");

  const std::string iv = *from_hex("000102030405060708090a0b0c0d0e0f");
  std::string chained = clear + "tail";
  const ByteSpan whole[] = {{0, chained.size()}};
  REQUIRE(encrypt_cbcs(chained, whole, key, iv, 1, 0).ok());
  CHECK(to_hex(chained.substr(0, 32)) ==
        "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2");
  CHECK(chained.substr(32) == "tail");
  std::string patterned(std::size_t{16} * 11, 'x');
  const ByteSpan pattern[] = {{0, patterned.size()}};
  REQUIRE(encrypt_cbcs(patterned, pattern, key, iv, 1, 9).ok());
  CHECK(patterned.substr(16, 144) == std::string(144, 'x'));
  CHECK(patterned.substr(0, 16) != std::string(16, 'x'));
  CHECK(patterned.substr(160) != std::string(16, 'x'));
  const ByteSpan beyond[] = {{170, 16}};
  CHECK_FALSE(encrypt_cenc(patterned, beyond, key, iv).ok());
  CHECK_FALSE(encrypt_cenc(patterned, pattern, "short", iv).ok());

  const auto file = encrypt_file(clear, key, iv);
  REQUIRE(file.ok());
  CHECK(file.value().size() == 48);  // PKCS #7 adds a block
  CHECK((file.value().substr(0, 32) == chained.substr(0, 32)));
}

TEST_CASE("mp4_encryptor: the init segment says what it was and what protects it") {
  struct Case {
    const char* name;
    CencScheme scheme;
    const char* codec;
    const char* entry;
    std::string scheme_text;
    std::string tenc;  // hex, after the version, before the key id
  };
  const Case cases[] = {
      {"cenc video", CencScheme::kCenc, "avc1", "encv", "cenc", "0000000000000108"},
      {"cenc sound", CencScheme::kCenc, "mp4a", "enca", "cenc", "0000000000000108"},
      {"cbcs video", CencScheme::kCbcs, "avc1", "encv", "cbcs", "0100000000190100"},
      {"cbcs sound", CencScheme::kCbcs, "mp4a", "enca", "cbcs", "0100000000000100"},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Mp4Encryptor encryptor(c.scheme, std::string(16, 'i'));
    const auto init = encryptor.init(init_segment(c.codec), kContentKey.kid);
    REQUIRE(init.ok());
    const std::string& text = init.value();
    REQUIRE(parse_boxes(text).ok());
    CHECK(text.find(c.entry) != std::string::npos);
    CHECK(text.find(std::string("frma") + c.codec) != std::string::npos);
    CHECK(text.find("schm" + std::string(4, '\0') + c.scheme_text) != std::string::npos);
    CHECK(text.find("tenc" + *from_hex(c.tenc) + kContentKey.kid) != std::string::npos);
    CHECK(text.find(write_boxes({common_pssh({kContentKey.kid})})) != std::string::npos);
  }
}

TEST_CASE("mp4_encryptor: offsets and sizes hold after the boxes have been added") {
  // Slices are encrypted, parameter sets are not; the last one is too small to be.
  const std::vector<std::string> pictures = {nal(7, 20) + nal(5, 500) + nal(1, 40),
                                             nal(1, 100'000)};
  for (const CencScheme scheme : {CencScheme::kCenc, CencScheme::kCbcs}) {
    for (const ContentKey* key : {&kContentKey, &kOther}) {
      CAPTURE(static_cast<int>(scheme));
      CAPTURE(key->key);
      Mp4Encryptor encryptor(scheme, std::string(16, 'i'));
      REQUIRE(encryptor.init(init_segment("avc1"), kContentKey.kid).ok());
      const std::string clear = media_segment(pictures);
      const auto media = encryptor.media(clear, *key);
      REQUIRE(media.ok());
      auto boxes = parse_boxes(media.value());
      REQUIRE(boxes.ok());
      std::vector<Mp4Box>& list = boxes.value();
      const Mp4Box* const moof = find_path(list, {"moof"});
      const Mp4Box* const mdat = find_path(list, {"mdat"});
      const Mp4Box* const senc = find_path(list, {"moof", "traf", "senc"});
      const Mp4Box* const trun = find_path(list, {"moof", "traf", "trun"});
      REQUIRE(moof != nullptr);
      REQUIRE(mdat != nullptr);
      REQUIRE(senc != nullptr);
      CHECK(moof->offset + read_number(trun->body, 8, 4) == mdat->offset + 8);
      CHECK(moof->offset + read_number(find_path(list, {"moof", "traf", "saio"})->body, 8, 4) ==
            senc->offset + 16);
      CHECK(read_number(list[0].body, 24, 4) == moof->size() + mdat->size());
      // Two subsamples of the first picture: before and in its slice, and what follows clear.
      const std::size_t at = scheme == CencScheme::kCenc ? 16 : 8;
      CHECK(read_number(senc->body, at, 2) == 2);
      const std::size_t encrypted = scheme == CencScheme::kCenc ? 432 : 436;
      CHECK(read_number(senc->body, at + 4, 4) == encrypted);
      CHECK(read_number(senc->body, at + 2, 2) == 24 + 4 + 500 - encrypted);
      const std::string bytes = pictures[0] + pictures[1];
      const std::size_t first = 24 + 4 + 500 - encrypted;
      CHECK((mdat->body.substr(0, first) == bytes.substr(0, first)));
      CHECK((mdat->body.substr(first, 16) != bytes.substr(first, 16)));
      // The key of another period is named where it is needed.
      CHECK((find_path(list, {"moof", "traf", "sgpd"}) != nullptr) == (key == &kOther));
      CHECK((find_path(list, {"moof", "pssh"}) != nullptr) == (key == &kOther));
    }
  }
}

TEST_CASE("mp4_encryptor: vectors of cenc are never used twice, that of cbcs is constant") {
  Mp4Encryptor encryptor(CencScheme::kCenc, std::string(8, '\xff') + std::string(8, 'x'));
  REQUIRE(encryptor.init(init_segment("mp4a"), kContentKey.kid).ok());
  std::string seen;
  for (int i = 0; i < 2; ++i) {
    const auto media = encryptor.media(media_segment({"one sound", "another one"}), kContentKey);
    REQUIRE(media.ok());
    auto boxes = parse_boxes(media.value());
    REQUIRE(boxes.ok());
    seen += to_hex(find_path(boxes.value(), {"moof", "traf", "senc"})->body.substr(8)) + " ";
  }
  CHECK(seen == "ffffffffffffffff0000000000000000 00000000000000010000000000000002 ");
  Mp4Encryptor constant(CencScheme::kCbcs, std::string(16, 'i'));
  REQUIRE(constant.init(init_segment("mp4a"), kContentKey.kid).ok());
  const auto media =
      constant.media(media_segment({"sound of more than one block of cipher"}), kContentKey);
  REQUIRE(media.ok());
  CHECK(media.value().find("senc") == std::string::npos);  // nothing to say: all of every sample
}

TEST_CASE("mp4_encryptor: what is no CMAF segment is a typed error") {
  struct Case {
    const char* name;
    std::string init, media;
  };
  const std::string init = init_segment("avc1");
  const std::string good = media_segment({nal(1, 100)});
  std::string long_nal = media_segment({number(4, 1000) + std::string(20, 'n')});
  const Case cases[] = {
      {"empty init", "", good},
      {"cut off init", init.substr(0, init.size() - 1), good},
      {"another codec", init_segment("hvc1"), good},
      {"cut off media", init, good.substr(0, good.size() - 3)},
      {"NAL unit longer than its sample", init, long_nal},
      {"boxes in boxes without end", init, std::string(4, '\0')},
  };
  for (const Case& c : cases) {
    CAPTURE(std::string(c.name));
    Mp4Encryptor encryptor(CencScheme::kCenc, std::string(16, 'i'));
    const auto first = encryptor.init(c.init, kContentKey.kid);
    if (!first.ok()) {
      CHECK(first.error().code == "bad_mp4");
      continue;
    }
    const auto media = encryptor.media(c.media, kContentKey);
    REQUIRE_FALSE(media.ok());
    CHECK(media.error().code == "bad_mp4");
  }
  Mp4Encryptor fresh(CencScheme::kCenc, std::string(16, 'i'));
  CHECK_FALSE(fresh.media(good, kContentKey).ok());
  // Cut anywhere, it is refused or encrypted, and never read beyond its end.
  for (std::size_t size = 0; size < good.size(); ++size) {
    Mp4Encryptor encryptor(CencScheme::kCenc, std::string(16, 'i'));
    REQUIRE(encryptor.init(init, kContentKey.kid).ok());
    [[maybe_unused]] const auto result = encryptor.media(good.substr(0, size), kContentKey);
  }
}
