#!/bin/sh
# Every flow of the repository but the goldens, which show findings: checked strictly, tested, and in the one shape. The worked example runs its
# tests under many seeds.
# Usage: flows.sh WEIR, from the repository's root.
weir=$1
failed=0
said=$(mktemp)
for flow in $(find . -name '*.flow' -not -path './tests/golden/*' -not -path './build/*' | sed 's,^\./,,' | LC_ALL=C sort); do
  for words in "check --strict" test "fmt --check"; do
    "$weir" $words "$flow" >"$said" 2>&1 || { cat "$said"; echo "$flow: $words fails"; failed=1; }
  done
done
"$weir" test --seeds 1..200 flows/scan.flow || failed=1
rm -f "$said"
exit $failed
