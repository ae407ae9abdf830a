#pragma once
#include <string>
#include <vector>

#include "engine/runtime/destination.hpp"
#include "engine/steps/step.hpp"

namespace weir {

inline constexpr std::size_t max_outputs = 10'000;             // U3, of one unit
inline constexpr std::size_t max_output_bytes = 16u << 20;

struct PendingSend {
    const Destination* to = nullptr;
    SendRequest request;
};

// What the units of one batch send, collected until they end (U2), in the shape that the store takes.
// Owner: the flow's runner. Promise: a unit that failed leaves only its taps (T1).
class Outputs final : public Sender {
public:
    Outputs(const plan::Plan& plan, Compiler& compiler, std::string_view flow) : plan_(plan), compiler_(compiler), flow_(flow) {}

    void begin_batch(No flow, std::int64_t now, bool history, std::size_t bytes_expected);
    void begin_unit();
    bool send(Scope& scope, const Destination& to, const Value* body, const Value* headers, std::uint64_t node, bool tap) override;
    // Takes back what the unit has sent so far; taps too where `taps`.
    void withdraw(bool taps);
    // The unit's rows are whole. Its sends to sinks stay in `sends` for the outbox.
    void end_unit(UnitWrite unit);
    // A row of the flow's dead letters for the unit (F1).
    void bury(const Message& input, Failure failure);
    // A copy of the input, for sources that have no reference to it (S9).
    Slice keep(const Message& input);

    std::vector<PendingSend>& sends() { return sends_; }
    std::size_t taps() const { return taps_.size(); }
    // Opens the one unit of a commit again after a send of it failed: only its last `taps` puts remain.
    void reopen(Commit commit, std::size_t taps);
    Commit& commit() { return commit_; }
    Commit take_commit() { return std::move(commit_); }

private:
    Slice write_envelope(const Headers* headers, const Meta& meta);
    std::uint32_t file(const std::string& path);
    bool append(Scope& scope, const Destination& to, const Body& body);
    void put(const Destination& to, const Body& body, const Headers* headers, const Meta& meta, bool tap);
    bool to_sink(Scope& scope, const Destination& to, const Body& body, const Id128& id);

    const plan::Plan& plan_;
    Compiler& compiler_;
    std::string flow_;
    Commit commit_;
    std::vector<Put> taps_;
    std::vector<PendingSend> sends_;
    std::vector<Argument> arguments_;
    std::string path_;
    std::size_t puts_begin_ = 0, lines_begin_ = 0, dead_begin_ = 0, bytes_begin_ = 0;
};

// The failure as the object that flows see as `failure` and `meta.failure` is made by the evaluator; this names a class of the scope.
Failure failure_of(const Scope& scope, std::string_view flow, std::string_view step, std::int64_t at, std::uint32_t attempts);
// Evaluates a destination's arguments. False: Scope says why.
bool arguments_of(const Destination& to, Scope& scope, std::vector<Argument>& out);

}  // namespace weir
