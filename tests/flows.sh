#!/bin/sh
# Every flow of the repository: checked strictly, tested, and in the one shape. The worked example runs its tests under many seeds.
# Usage: flows.sh WEIR, from the repository's root.
weir=$1
failed=0
# These lean on the dead letters of a flow, as a flow without a line for a failure does; the others name every exit.
default_exit="quickstart 04 07 08 15 16 56"
strict() {
  name=$(basename "$1" .flow)
  for one in $default_exit; do
    [ "${name%%-*}" = "$one" ] && return
  done
  echo --strict
}
said=$(mktemp)
for flow in $(find flows -name '*.flow' | LC_ALL=C sort); do
  for words in "check $(strict "$flow")" test "fmt --check"; do
    "$weir" $words "$flow" >"$said" 2>&1 || { cat "$said"; echo "$flow: $words fails"; failed=1; }
  done
done
"$weir" test --seeds 1..200 flows/scan.flow || failed=1
rm -f "$said"
exit $failed
