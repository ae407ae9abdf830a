#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/runtime/destination.hpp"
#include "engine/runtime/memo.hpp"
#include "engine/runtime/row.hpp"
#include "engine/steps/step.hpp"

namespace weir {

inline constexpr std::size_t max_outputs = 10'000;             // U3, of one unit
inline constexpr std::size_t max_output_bytes = 16u << 20;

struct PendingSend {
    const Destination* to = nullptr;
    std::uint64_t node = 0;
    SendRequest request;
};
// What the unit answers to who asked, after its commit (Q2).
struct PendingReply {
    std::uint16_t status = 200;
    Format format = Format::none;
    std::string body;
};
struct PendingCall {
    const Destination* to = nullptr;
    std::uint64_t node = 0;
    bool recorded = true;
    SendRequest request;
};

// What the units of one batch send, collected until they end (U2), in the shape that the store takes.
// Owner: the flow's runner. Promise: a unit that failed leaves only its taps (T1).
class Outputs final : public Sender {
public:
    Outputs(const plan::Plan& plan, Compiler& compiler, std::string_view flow);

    // Whose channels are asked how full they are; without one none is ever full.
    void ask(const Store& store) { store_ = &store; }
    void begin_batch(No flow, std::int64_t now, bool history, std::size_t units, std::size_t bytes_expected);
    // A commit that is over: its memory serves the next. While nothing is under way none is kept.
    void reuse(Commit spent);
    void release();
    // `memo`: what the message has done before, null: nothing.
    void begin_unit(Memo* memo = nullptr);
    bool send(Scope& scope, const Destination& to, const Value* body, const Value* headers, std::uint64_t node, bool tap) override;
    bool full(const Destination& to) const override;
    void drop(Scope& scope, std::uint64_t node, std::string_view why) override;
    bool reply(Scope& scope, std::uint16_t status, const Value* body, std::uint64_t node) override;
    bool call(Scope& scope, const CallRequest& request) override;
    // Takes back what the unit has sent so far; taps too where `taps`.
    void withdraw(bool taps);
    // How far the unit has come, and back to there: what a step with failure lines of its own has sent is undone, its taps stand.
    struct Mark {
        std::size_t puts = 0, lines = 0, sends = 0;
        bool replied = false;
    };
    Mark mark() const { return {commit_.puts.size(), commit_.lines.size(), sends_.size(), reply_.has_value()}; }
    void back_to(const Mark& mark);
    // The unit's rows are whole. Its sends to sinks stay in `sends` for the outbox.
    void end_unit(const UnitWrite& write);
    // A row of the flow's dead letters for the unit (F1).
    void bury(const Delivery& input, Failure failure);
    // A due row for the unit: another try at `at`.
    void rest(const Delivery& input, EngineTime at, std::uint32_t attempt, std::optional<Key> key, const Failure& why);
    // The unit's key is done until then; its reply is kept for the next that asks.
    void seen(const Key& key, EngineTime until);
    void record(std::uint64_t node, std::string_view body);
    // A copy of the input, for sources that have no reference to it (S9).
    Slice keep(const Message& input);

    std::vector<PendingSend>& sends() { return sends_; }
    std::optional<PendingCall>& pending_call() { return call_; }
    const std::optional<PendingReply>& pending_reply() const { return reply_; }
    // Did the unit pass its return address on?
    bool passed_on() const { return passed_on_; }
    Commit& commit() { return commit_; }
    // With what was dropped behind the units.
    Commit take_commit();
    // Why the unit was discarded, for the history.
    Slice reason(std::string_view why) { return why.empty() ? Slice{} : slice_of(why); }

private:
    Slice write_envelope(const Headers* headers, const Meta& meta);
    FileLines& file(const Destination& to, std::uint32_t& index);
    void take_lines_back(std::size_t to);
    bool append(Scope& scope, const Destination& to, const Body& body);
    void put(const Destination& to, const Body& body, const Headers* headers, const Meta& meta, bool tap);
    bool to_sink(Scope& scope, const Destination& to, const Body& body, const Headers* headers, const Id128& id, std::uint64_t node);
    bool headers_of(Scope& scope, const Value* values, Headers& out);
    Slice slice_of(std::string_view text);
    Slice body_slice(const Body& body);
    template <class Row> void stand(Row& row, const Delivery& input);

    const plan::Plan& plan_;
    Compiler& compiler_;
    std::string flow_;
    const Store* store_ = nullptr;
    Commit commit_;
    std::size_t lines_expected_ = 0, puts_expected_ = 0;  // as many as the last commit had
    std::size_t text_expected_ = 0;                       // of each file
    std::vector<Commit> spent_;
    std::vector<std::string> spent_texts_;                // of the files of such
    std::vector<std::pair<const Destination*, std::uint32_t>> fixed_;  // where the files of the commit are whose paths are the same for every message
    std::vector<Put> taps_;
    std::vector<UnitWrite> dropped_;         // copies of taps, of the whole batch
    std::size_t dropped_begin_ = 0;
    std::vector<PendingSend> sends_;
    std::optional<PendingCall> call_;
    std::optional<PendingReply> reply_;
    bool passed_on_ = false, carries_ = false;  // the address, to where an answer can come from; to anywhere
    Memo* memo_ = nullptr;
    std::vector<Argument> arguments_;
    std::string path_;
    std::size_t puts_begin_ = 0, lines_begin_ = 0, dead_begin_ = 0, due_begin_ = 0, seen_begin_ = 0, recorded_begin_ = 0, bytes_begin_ = 0;
    std::size_t line_bytes_ = 0;                          // of the unit
};

// The failure as the object that flows see as `failure` and `meta.failure` is made by the evaluator; this names a class of the scope.
Failure failure_of(const Scope& scope, std::string_view flow, std::string_view step, std::int64_t at, std::uint32_t attempts);
// Evaluates a destination's arguments. False: Scope says why.
bool arguments_of(const Destination& to, Scope& scope, std::vector<Argument>& out);

}  // namespace weir
