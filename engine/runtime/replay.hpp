#pragma once
// A run computed again from what the store has of it (S9): the stored input, the clock of the run, the answers that its calls got. Nothing is sent.
// Owner: the tool that asks. Thread: one. The plan outlives it.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/ports/connector.hpp"
#include "engine/runtime/program.hpp"
#include "engine/runtime/run.hpp"

namespace weir {

// One step that the message went through, in order.
struct ReplayStep {
    const plan::Node* node = nullptr;
    unsigned depth = 0;            // blocks around it
    std::string before, after;     // bodies as they would leave
    bool changed = false;          // the body; where it is not, `before` and `after` are the same
    std::string note;              // for people: the arm that it took, what a `let` holds, why it failed
    std::string to;                // where a send went, whom a call asked
    std::string sent;              // what it sent or asked with
    bool has_answer = false;
    std::string answer;            // of a call
    std::optional<Failure> failed;
    bool undone = false;           // what it sent was taken back: a step around it failed
};
struct Replay {
    std::vector<ReplayStep> steps;
    bool whole = true;             // false: it could not be computed to its end
    std::string why;               // then
    Outcome outcome = Outcome::done;
};
struct ReplayAnswer {
    std::uint64_t node = 0;        // identity hash
    Format format = Format::none;  // none: not known, looked at
    std::string body;
};
struct ReplayInput {
    Delivery delivery;
    std::int64_t now = 0;                 // wall time of the run
    std::vector<ReplayAnswer> answers;
    std::optional<Failure> failure;       // what the run ended with, where that is known: a call that has no answer failed so
};

class Replayer {
public:
    // `settings` as at the start of the engine. A secret is never read: it stands as a word. Errors: a parameter without a value.
    static Result<std::unique_ptr<Replayer>> make(const plan::Plan& plan, const std::map<std::string, std::string>& settings, const Environment& environment);
    ~Replayer();
    // The plan's flow of that name as its steps, or an error that says why not.
    Result<Replay> run(const std::string& flow, ReplayInput input);
    const plan::Plan& plan() const;

private:
    Replayer();
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace weir
