# SPDX-License-Identifier: Apache-2.0
# awk -f count_results.awk JUNIT_XML   prints "PASSED FAILED SKIPPED" for what ctest --output-junit wrote.
# A doctest program counts as the cases it reports, any other entry as one. A program that fails although
# its cases pass (a leak found at exit, a crash, a time-out) is one failure of its own. Cases that lacked what they
# try (tests/main.cpp) are skipped ones. What a test prints is
# escaped in this file, so it cannot pass for a verdict.

function end_entry() {
  if (status == "") return
  passed += cases["passed"]
  failed += cases["failed"]
  skipped += cases["skipped"]
  if (status == "disabled" || skips_itself) skipped++
  else if (status == "run") passed += !reported
  else if (!cases["failed"]) failed++
  status = ""
}

/^\t<testcase / {
  status = $0
  sub(/.* status="/, "", status)
  sub(/".*/, "", status)
  skips_itself = reported = 0
  split("", cases)
}

# ctest's own words for an entry that ended with its SKIP_ code or text; a program that could not be started
# also has a <skipped> element, and is a failure.
/^\t\t<skipped message="SKIP_/ { skips_itself = 1 }

/test cases:/ {
  line = $0
  gsub(/(\033|\[NON-XML-CHAR-0x1B\])\[[0-9;]*m/, "", line)  # colours
  if (line !~ /\[doctest\] test cases:/) next
  sub(/.*test cases:/, "", line)
  n = split(line, field, "|")
  for (i = 2; i <= n; i++) {
    split(field[i], word, " ")
    cases[word[2]] += word[1]
  }
  reported = 1
}

/\[playhead\] passed for want of what they try: / {
  line = $0
  sub(/.*what they try: /, "", line)
  cases["passed"] -= line + 0
  cases["skipped"] += line + 0
}

/^\t<\/testcase>/ { end_entry() }

END { print passed + 0, failed + 0, skipped + 0 }
