// SPDX-License-Identifier: Apache-2.0
#include "net/cmcd.h"

#include <doctest/doctest.h>

#include "net/cmcd_event.h"
#include "net/cmcd_session.h"

namespace playhead {
namespace {

CmcdData everything() {
  CmcdData data;
  data.br = 3200;
  data.bs = true;
  data.cid = "faec5fc2-ac30-11ea-bb37-0242ac130002";
  data.d = 4004ms;
  data.dl = 18'520ms;
  data.bl = 21'270ms;
  data.mtp = 48'149;
  data.nor = "../300kbps/track.m4v";
  data.nrr = "12323-48763";
  data.ot = "v";
  data.pr = 1.08;
  data.rtp = 12'049;
  data.sf = "d";
  data.sid = "6e2fb550-c457-11e9-bb97-0800200c9a66";
  data.st = "v";
  data.su = true;
  data.tb = 6000;
  return data;
}

TEST_CASE("cmcd: the keys are in alphabetical order, rounded as the specification says") {
  CHECK(
      cmcd_text(everything()) ==
      "bl=21300,br=3200,bs,cid=\"faec5fc2-ac30-11ea-bb37-0242ac130002\",d=4004,dl=18500,mtp=48100,"
      "nor=\"..%2F300kbps%2Ftrack.m4v\",nrr=\"12323-48763\",ot=v,pr=1.08,rtp=12000,sf=d,"
      "sid=\"6e2fb550-c457-11e9-bb97-0800200c9a66\",st=v,su,tb=6000");
}

TEST_CASE("cmcd: each key goes into the header of its rate of change") {
  const auto headers = cmcd_headers(everything());
  CHECK(headers[0].name == "CMCD-Object");
  CHECK(headers[0].value == "br=3200,d=4004,ot=v,tb=6000");
  CHECK(headers[1].name == "CMCD-Request");
  CHECK(headers[1].value ==
        "bl=21300,dl=18500,mtp=48100,nor=\"..%2F300kbps%2Ftrack.m4v\",nrr=\"12323-48763\",su");
  CHECK(headers[2].name == "CMCD-Session");
  CHECK(headers[2].value ==
        "cid=\"faec5fc2-ac30-11ea-bb37-0242ac130002\",pr=1.08,sf=d,"
        "sid=\"6e2fb550-c457-11e9-bb97-0800200c9a66\",st=v");
  CHECK(headers[3].name == "CMCD-Status");
  CHECK(headers[3].value == "bs,rtp=12000");
}

TEST_CASE("cmcd: what is not known, false or the usual is not sent") {
  CHECK(cmcd_text({}).empty());
  for (const CmcdHeader& header : cmcd_headers({})) CHECK(header.value.empty());
  struct Case {
    const char* name;
    void (*change)(CmcdData&);
    const char* text;
  };
  const Case cases[] = {
      {"it does not play", [](CmcdData& d) { d.pr = 0; }, "pr=0"},
      {"twice as fast", [](CmcdData& d) { d.pr = 2; }, "pr=2"},
      {"a tenth", [](CmcdData& d) { d.pr = 1.5; }, "pr=1.5"},
      {"an empty buffer is told", [](CmcdData& d) { d.bl = 0ms; }, "bl=0"},
      {"a deadline that is over", [](CmcdData& d) { d.dl = -300ms; }, "dl=0"},
      {"halves are rounded up", [](CmcdData& d) { d.mtp = 50; }, "mtp=100"},
      {"strings are escaped", [](CmcdData& d) { d.cid = "a\"b\\c"; }, "cid=\"a\\\"b\\\\c\""},
      {"no line is broken", [](CmcdData& d) { d.cid = "a\r\nb\xc3\xa4"; }, "cid=\"ab\""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.name);
    CmcdData data;
    c.change(data);
    CHECK(cmcd_text(data) == c.text);
  }
  CmcdData data;
  data.cid = std::string(65, 'x');
  CHECK(cmcd_text(data) == "cid=\"" + std::string(64, 'x') + '"');
}

TEST_CASE("cmcd: the argument is added once, whatever the query") {
  struct Case {
    const char* url;
    const char* expected;
  };
  const Case cases[] = {
      {"http://a/b", "http://a/b?CMCD=su%2Cst%3Dv"},
      {"http://a/b?exp=1&sig=x%2B", "http://a/b?exp=1&sig=x%2B&CMCD=su%2Cst%3Dv"},
      {"http://a/b?CMCD=old&x=1", "http://a/b?x=1&CMCD=su%2Cst%3Dv"},
      {"http://a/b?x=1&CMCD=old", "http://a/b?x=1&CMCD=su%2Cst%3Dv"},
      {"http://a/b?xCMCD=1", "http://a/b?xCMCD=1&CMCD=su%2Cst%3Dv"},
      {"http://a/b?x#t=1?2", "http://a/b?x&CMCD=su%2Cst%3Dv#t=1?2"},
      {"http://a/b?", "http://a/b?CMCD=su%2Cst%3Dv"},
  };
  for (const Case& c : cases) CHECK(with_cmcd(c.url, "su,st=v") == c.expected);
  CHECK(with_cmcd("http://a/b?CMCD=old", "") == "http://a/b");
}

TEST_CASE("cmcd: the next object is named relative to this one") {
  struct Case {
    const char* base;
    const char* next;
    const char* path;
  };
  const Case cases[] = {
      {"http://a/t/v1/1.m4s?x=1", "http://a/t/v1/2.m4s?x=1", "2.m4s"},
      {"http://a/t/v1/1.m4s", "http://a/t/v2/2.m4s", "../v2/2.m4s"},
      {"http://a/t/v1/hi/1.m4s", "http://a/u/2.m4s", "../../../u/2.m4s"},
      {"http://a/1.m4s", "http://a/2.m4s", "2.m4s"},
      {"http://a/1.m4s", "http://b/2.m4s", ""},
      {"http://a/1.m4s", "https://a/2.m4s", ""},
      {"http://a/1.m4s", "http://ab/2.m4s", ""},
      {"http://a", "http://a", ""},
      {"data:x", "data:x", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.next);
    CHECK(cmcd_relative(c.base, c.next) == c.path);
  }
}

Request request_of(ResourceKind kind) {
  Request request;
  request.url = "http://cdn/t/v1/7.m4s?sig=s";
  request.kind = kind;
  return request;
}

TEST_CASE("cmcd_session: a request tells of its object, the play and the buffer") {
  CmcdSession session(CmcdMode::kQuery, "sid-1", "m_1");
  session.set_state({"h", "v", 1, 12'345, false});
  const CmcdObject object{"v", 3000, 6000, 4s, 12s, "http://cdn/t/v1/8.m4s?sig=s"};
  session.note_starved();
  Request media = request_of(ResourceKind::kMedia);
  session.decorate(media, object, MonotonicTime{1'000'000}, MonotonicTime{13'000'000});
  CHECK(media.url ==
        with_cmcd("http://cdn/t/v1/7.m4s?sig=s",
                  "bl=12000,br=3000,bs,cid=\"m_1\",d=4000,dl=12000,mtp=12300,nor=\"8.m4s\",ot=v,"
                  "rtp=15000,sf=h,sid=\"sid-1\",st=v,tb=6000"));
  CHECK(media.headers.empty());
  // Of a file that is asked for range by range: this very file, whole, would not be next.
  const CmcdObject same{"v", 0, 0, {}, {}, "http://cdn/t/v1/7.m4s?sig=other", ByteRange{100, 199}};
  const CmcdObject other{"v", 0, 0, {}, {}, "http://cdn/t/v1/8.m4s", ByteRange{0, std::nullopt}};
  CmcdSession plain(CmcdMode::kQuery, "", "");
  for (const auto& [next, text] :
       {std::pair(same, "nrr=\"100-199\""), {other, "nor=\"8.m4s\",nrr=\"0-\""}}) {
    Request part = request_of(ResourceKind::kMedia);
    plain.decorate(part, next, MonotonicTime{0}, std::nullopt);
    CHECK(part.url == with_cmcd("http://cdn/t/v1/7.m4s?sig=s", std::string("bl=0,") + text + ",ot=v"));
  }
  // The stall is told once, and by no manifest.
  Request again = request_of(ResourceKind::kMedia);
  session.decorate(again, object, MonotonicTime{0}, std::nullopt);
  CHECK(again.url.find("bs") == std::string::npos);
  session.note_starved();
  Request manifest = request_of(ResourceKind::kManifest);
  session.decorate(manifest, std::nullopt, MonotonicTime{0}, std::nullopt);
  CHECK(manifest.url == with_cmcd("http://cdn/t/v1/7.m4s?sig=s",
                                  "cid=\"m_1\",mtp=12300,ot=m,sf=h,sid=\"sid-1\",st=v"));
}

TEST_CASE("cmcd_session: headers leave the URL as it is; the service hears nothing") {
  CmcdSession session(CmcdMode::kHeaders, "sid-1", "");
  Request key = request_of(ResourceKind::kKey);
  session.decorate(key, std::nullopt, MonotonicTime{0}, std::nullopt);
  CHECK(key.url == "http://cdn/t/v1/7.m4s?sig=s");
  REQUIRE(key.headers.size() == 2);
  CHECK(key.headers[0].name == "CMCD-Object");
  CHECK(key.headers[0].value == "ot=k");
  CHECK(key.headers[1].name == "CMCD-Session");
  CHECK(key.headers[1].value == "sid=\"sid-1\"");
  for (const ResourceKind kind : {ResourceKind::kApi, ResourceKind::kLicense}) {
    Request request = request_of(kind);
    session.decorate(request, std::nullopt, MonotonicTime{0}, std::nullopt);
    CHECK(request.headers.empty());
  }
  Request offline = request_of(ResourceKind::kMedia);
  offline.url = "offline:1/2";
  session.decorate(offline, std::nullopt, MonotonicTime{0}, std::nullopt);
  CHECK(offline.headers.empty());
}

TEST_CASE("cmcd_session: who wants to hears how attempts ended, also when requests tell nothing") {
  CmcdSession session(CmcdMode::kOff, "sid-1", "m_1");
  std::vector<CmcdAnswer> answers;
  session.set_answers([&](const CmcdAnswer& answer) { answers.push_back(answer); });
  Request media = request_of(ResourceKind::kMedia);
  const CmcdObject object{"v", 3000, 6000, 4s, 12s, ""};
  session.decorate(media, object, MonotonicTime{0}, std::nullopt);
  CHECK(media.url == "http://cdn/t/v1/7.m4s?sig=s");
  TransferStats stats;
  stats.first_byte = MonotonicTime{1'030'000};
  stats.finished = MonotonicTime{1'250'000};
  session.on_answer(ResourceKind::kMedia, media.url, object, 206, MonotonicTime{1'000'000}, &stats);
  session.on_answer(ResourceKind::kManifest, "http://u:p@cdn/m.mpd", std::nullopt, 0,
                    MonotonicTime{0}, nullptr);
  session.on_answer(ResourceKind::kLicense, "http://l/", std::nullopt, 200, MonotonicTime{0},
                    nullptr);
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].url == "http://cdn/t/v1/7.m4s");
  CHECK(answers[0].type == "v");
  CHECK(answers[0].status == 206);
  CHECK(answers[0].first_byte == 30ms);
  CHECK(answers[0].last_byte == 250ms);
  CHECK(answers[0].duration == 4s);
  CHECK(answers[1].type == "m");
  CHECK(answers[1].status == 0);
  CHECK(!answers[1].first_byte);
  CHECK(answers[1].url.find("u:p") == std::string::npos);
}

TEST_CASE("cmcd_event: a line has its keys in alphabetical order, and lists where version 2 has them") {
  CmcdEvent event;
  event.e = "ps";
  event.ts = WallTime{1'700'000'000'123'456};
  event.sn = 7;
  CHECK(cmcd_line(event) == "e=ps,sn=7,ts=1700000000123,v=2");
  event.sid = "sid-1";
  event.cid = "a \"film\"";
  event.sf = "h";
  event.st = "v";
  event.sta = "p";
  event.bg = true;
  event.pr = 1.5;
  event.pt = 42'500ms;
  event.ltc = 3s;
  event.bl_video = 21'270ms;
  event.bl_audio = 4'000ms;
  event.br = 3200;
  event.pb = 2400;
  event.mtp = 48'149;
  event.msd = 812ms;
  event.bsd = 1'400ms;
  event.ec = "2004";
  event.ot = "v";
  event.url = "https://cdn/1.m4s";
  event.rc = 0;
  event.d = 4s;
  event.ttfb = 30ms;
  event.ttlb = 250ms;
  CHECK(cmcd_line(event) ==
        "bg,bl=(4000;a 21300;v),br=(3200;v),bsd=(1400),cid=\"a \\\"film\\\"\",d=4000,e=ps,"
        "ec=(\"2004\"),ltc=3000,msd=812,mtp=(48100),ot=v,pb=(2400;v),pr=1.5,pt=42500,rc=0,sf=h,sid=\"sid-1\","
        "sn=7,st=v,sta=p,ts=1700000000123,ttfb=30,ttlb=250,url=\"https://cdn/1.m4s\",v=2");
}

}  // namespace
}  // namespace playhead
