# SPDX-License-Identifier: Apache-2.0
# awk -v out=FOLDER -f code_blocks.awk README.md   writes every ```cpp and ```c block to FOLDER/N.cpp and N.c,
# counted apart from 1.
/^```(cpp|c)[ \t]*$/ {
  language = $1
  sub(/^```/, "", language)
  file = out "/" ++count[language] "." language
  next
}
/^```/ { file = "" }
file { print > file }
