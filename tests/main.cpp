// SPDX-License-Identifier: Apache-2.0
// main() of every test program. A case that says MESSAGE("skipped: …") could not be tried here, or not wholly: doctest
// calls it passed, so the last line says how many there were, and tests/run counts them as skipped.
#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <cstring>
#include <ostream>

#include <doctest/doctest.h>

namespace {

class SkippedCases final : public doctest::IReporter {
 public:
  explicit SkippedCases(const doctest::ContextOptions& options) : options_(options) {}

  void log_message(const doctest::MessageData& message) override {
    constexpr const char* kSkipped = "skipped";
    if (std::strncmp(message.m_string.c_str(), kSkipped, std::strlen(kSkipped)) == 0) skips_ = true;
  }
  void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
    if (skips_ && stats.failure_flags == 0) ++count_;
    skips_ = false;
  }
  void test_run_end(const doctest::TestRunStats& /*stats*/) override {
    if (count_ > 0) *options_.cout << "[playhead] passed for want of what they try: " << count_ << "\n";
  }

  void report_query(const doctest::QueryData& /*query*/) override {}
  void test_run_start() override {}
  void test_case_start(const doctest::TestCaseData& /*data*/) override {}
  void test_case_reenter(const doctest::TestCaseData& /*data*/) override {}
  void test_case_exception(const doctest::TestCaseException& /*exception*/) override {}
  void subcase_start(const doctest::SubcaseSignature& /*signature*/) override {}
  void subcase_end() override {}
  void log_assert(const doctest::AssertData& /*data*/) override {}
  void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}

 private:
  const doctest::ContextOptions& options_;
  bool skips_ = false;  // the case that runs
  int count_ = 0;
};

REGISTER_LISTENER("skipped cases", 1, SkippedCases);

}  // namespace
