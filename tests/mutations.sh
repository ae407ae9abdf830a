#!/usr/bin/env bash
# Takes away, one at a time, what the promises of docs and headers rest on, and looks that a test fails each time: a test that can't fail proves nothing.
# Not part of ctest, since each mutation builds and links again (a minute or two each). Works on a clone; the tree that it stands in is not touched.
#   tests/mutations.sh                 all of them
#   tests/mutations.sh NAME..          only these
#   tests/mutations.sh --list          their names
# A line below: name | test program | file | sed expression that takes it away | what is taken away, with the rule of semantics that asks for it.
# Where the program is followed by `?` nothing is expected to fail: it changes figures only.
set -uo pipefail
mutations=$(cat <<'LIST'
claim-none | unit/runtime | engine/runtime/claim.cpp | s/^        keys_\.claim(key);$// | a unit claims its key before its first step (K2)
claim-drops | unit/runtime | engine/runtime/claim.cpp | s/if (known\.state == Keys::State::claimed) return false;// | a copy waits for the claim, it is not dropped against it (K2)
claim-stays | unit/runtime | engine/runtime/settle.cpp | s/    else keys_\.free(unit\.key\.fingerprint);// | a dead letter leaves its key free (K3)
lines-unsynced | unit/runtime | engine/store/append.cpp | s/auto done = slot\.file->file->sync(); !done/Result<Done> done = Done{}; !done/ | lines are synced before the commit that counts on them (X1)
lines-unsynced-fault | unit/store | engine/store/append.cpp | s/auto done = slot\.file->file->sync(); !done/Result<Done> done = Done{}; !done/ | the same, as the store's own tests see it (X1)
name-unsynced | unit/runtime | engine/store/append.cpp | s/if (auto done = files_\.sync_folder(folder_of(path)); !done) return done\.error();/{}/ | a new file's name is synced with its folder (X6)
store-unsynced | unit/store | engine/store/schema.cpp | s/synchronous=FULL")/synchronous=OFF")/; s/database\.number("PRAGMA synchronous") != 2/false/ | a commit is synced (S1)
store-asks-off | unit/store | engine/store/schema.cpp | s/synchronous=FULL")/synchronous=OFF")/ | the store makes sure that it got what it asked for (S1)
memo-unread | unit/runtime | engine/runtime/flow.hpp | s/if (known == nullptr || !known->answered) {/if (true) {/ | a call that was answered is not made again by a retry (U5)
memo-unwritten | unit/runtime | engine/runtime/outputs.cpp | s/row\.memo = memo_ == nullptr ? Slice{} : .*;/row.memo = Slice{};/ | a row at rest carries what its message has done (U5)
memo-of-sends | unit/runtime | engine/runtime/send.cpp | s/        run\.memo\.sent(send\.node);// | a send that was confirmed is not made again by a retry (U5)
memo-of-taps | unit/runtime | engine/runtime/outputs.cpp | s/^        memo_->sent(node);$// | a tap's copy stands once (T1)
tail-uncut | unit/store | engine/store/append.cpp | s/if (same && status\.size > recorded && !cut_folder_\.empty())/if (false)/ | what stands behind a recorded length was never committed, and goes (X1)
failed-append-stays | unit/store | engine/store/append.cpp | s/auto done = slot\.file->file->truncate(slot\.file->recorded);/Result<Done> done = Done{};/ | a set that failed is cut back in all its files (X1)
told-early | unit/runtime | engine/runtime/settle.cpp | s/^    Then<Committed> then = \[this, alive/    for (auto\& unit : flight->units) flight->input->settle(unit.delivery.ticket, Verdict::done);\n&/ | a source is told after the commit, never before (A1)
answered-early | unit/runtime | engine/runtime/settle.cpp | s/^    Then<Committed> then = \[this, alive/    for (auto\& unit : flight->units) answer(unit);\n&/ | who asks is answered after the commit, never before (Q2)
rest-unwritten | unit/runtime | engine/store/writer.cpp | s/job\.due\[i\] = p_\.rests\.put_due(commit\.flow, due, commit\.bytes);/job.due[i] = 0;/ | a retry's row comes with the commit that takes its message's position (R1)
position-unmoved | unit/runtime | engine/store/writer.cpp | /^void Writer::put_unit/,/^}/ s/^    mark(unit\.position);$/    if (unit.due_end == before.due_end) mark(unit.position);/ | a retry's row and the position of its message go together (R1)
failed-sends-stay | unit/runtime | engine/runtime/failure.cpp | /^bool FlowRunner::decide/,/^}/ s/^    run\.outputs\.withdraw(false);$// | what was sent before a step that fails leaves nothing (U2)
action-one-try | unit/runtime | engine/runtime/failure.cpp | s/action_tries = 3/action_tries = 1/ | a failure action has three tries of its own (F2)
action-by-table | unit/runtime | engine/runtime/failure.cpp | s/    if (run\.in_action) return action_failed(unit, run);// | a failure in an action consults no table (F2)
flight-unset | unit/runtime | engine/runtime/aboard.cpp | s/^    slot_\.enter(name, flow\.parts_\.number);$// | the record names a message before its CPU part (R9)
flight-stays | unit/runtime | engine/runtime/aboard.cpp | s/^    slot_\.leave();$// | and no longer behind it (R9)
crash-uncounted | unit/runtime | engine/runtime/engine.cpp | s/world\.store\.suspects(named)/world.store.suspects({})/ | an end in the middle of a message is counted before anything runs (R9)
suspect-among-others | unit/runtime | engine/runtime/aboard.cpp | s/if (suspects\.find(flow\.parts_\.number, name)) alone_ = .*/if (false) {}/; s/        else among_ = .*// | a suspect runs alone (R9)
suspect-remembered | unit/runtime | engine/store/writer.cpp | s/^    if (unit\.suspect != 0) p_\.rests\.forget_suspect(unit\.suspect);$// | a suspect that ends is forgotten with its commit (R9)
throw-unheard | unit/runtime | engine/runtime/flow.hpp | s/catch (const std::exception& error)/catch (const std::bad_function_call\& error)/ | what a step throws is a failure of its message (R10)
memory-unheard | unit/runtime | engine/runtime/flow.hpp | s/catch (const std::bad_alloc&)/catch (const std::bad_function_call\&)/; s/catch (const std::exception& error)/catch (const std::runtime_error\& error)/ | so is a failed allocation (R10)
failure-lost | unit/runtime | engine/runtime/outputs.cpp | s/^    due\.envelope = slice_of(encode_envelope(/    meta.failure = nullptr;\n&/ | a message that came with a failure has it in each of its tries (R1)
keys-believed | unit/message | engine/message/field_reader.cpp | s/return (key.mask \& ~same) == 0;/return (key.mask \& ~same) <= 0xff;/ | a key that is guessed is compared to its last byte (engine.md, Speed 2)
brackets-believed | unit/message | engine/message/json_read.cpp | /a bracket behind the end: many/d | a closing bracket behind the end of a text closes nothing
brackets-of-fields | unit/message | engine/message/field_reader.cpp | s/return at < pass.end ? at + 1 : nullptr;/return at + 1;/ | nor does it in the reader of fields
keys-behind-end | unit/message | engine/message/field_reader.cpp | /from here a whole key is compared/d | a key is compared only where its bytes may be read
items-unlooked | unit/evaluate | engine/evaluate/compiler.cpp | s/        else state_\.fields\.keep_whole(at);// | what an expression takes as a whole is read whole (engine.md, Speed 2)
others-fields | unit/evaluate | engine/message/field_reader.cpp | s/if (wanted.whole) return pass.value<true>/if (false) return pass.value<true>/ | so is what stands below (engine.md, Speed 2)
no-burst | unit/runtime ? | engine/runtime/flow.cpp | s/commit()\.more_follows = .*/commit().more_follows = false;/ | the writer waits for more in the middle of a burst (S2): figures only
LIST
)
field() { cut -d'|' -f"$1" <<<"$2" | sed 's/^ *//; s/ *$//'; }
if [ "${1:-}" = --list ]; then
  while read -r line; do printf '%-22s %s\n' "$(field 1 "$line")" "${line##*| }"; done <<<"$mutations"
  exit 0
fi

root=$(cd "$(dirname "$0")/.." && pwd)
work=${WEIR_MUTATIONS:-$(mktemp -d "${TMPDIR:-/tmp}/weir-mutations-XXXXXX")}
[ -n "${WEIR_MUTATIONS:-}" ] || trap 'rm -rf "$work"' EXIT
[ -d "$work/source" ] || git clone -q "$root" "$work/source" || exit 2
[ -d "$work/build" ] || cmake -S "$work/source" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release >"$work/log" || { cat "$work/log" >&2; exit 2; }
program() { echo "test_${1//\//_}"; }
build() { nice ninja -C "$work/build" "$1" >"$work/log" 2>&1; }
# A minute is long for these: a mutation may hang a test as well as fail it.
run() { (cd "$work/source" && timeout 300 "$work/build/$1" --no-colors --no-intro >"$work/output" 2>&1); }

# Without a mutation all of it passes, or the rest says nothing.
for p in $(while read -r line; do program "$(field 2 "$line" | tr -d ' ?')"; done <<<"$mutations" | sort -u); do
  build "$p" || { tail -30 "$work/log" >&2; exit 2; }
  run "$p" || { tail -30 "$work/output" >&2; echo "mutations: $p fails without any" >&2; exit 2; }
done

survived=0 tried=0
while read -r line; do
  name=$(field 1 "$line") expected=fails
  [ $# -eq 0 ] || [[ " $* " == *" $name "* ]] || continue
  p=$(field 2 "$line")
  [[ $p == *\? ]] && expected=passes
  p=$(program "$(tr -d ' ?' <<<"$p")")
  file=$work/source/$(field 3 "$line")
  # The expression may hold `|`: it stands between the third bar and the last.
  expression=$(sed 's/^[^|]*|[^|]*|[^|]*| *//; s/ *| [^|]*$//' <<<"$line")
  cp "$file" "$work/kept"
  sed -i "$expression" "$file"
  if cmp -s "$file" "$work/kept"; then
    echo "$name: the line that it takes away is not there any more; mend tests/mutations.sh"
    survived=$((survived + 1))
  elif ! build "$p"; then
    echo "$name: does not build; mend tests/mutations.sh"
    grep -m3 'error' "$work/log"
    survived=$((survived + 1))
  else
    tried=$((tried + 1))
    if run "$p"; then outcome=passes; else outcome=fails; fi
    if [ "$outcome" = "$expected" ]; then
      echo "$name: $outcome, as it should  (${line##*| })"
    else
      echo "$name: $outcome: no test holds this  (${line##*| })"
      survived=$((survived + 1))
    fi
    # Of the first three tests that fail, the first thing that was not so.
    [ "$outcome" = fails ] && awk '/^TEST CASE:/ { sub(/^TEST CASE: */, ""); test = $0 } /ERROR:/ && !(test in shown) { shown[test]; if (++tests > 3) exit; sub(/^.*ERROR: */, ""); print "    " test "\n        " $0; getline; print "        " $0 }' "$work/output"
  fi
  cp "$work/kept" "$file"
done <<<"$mutations"
echo "mutations: $tried tried, $survived not as they should be"
[ "$survived" = 0 ]
