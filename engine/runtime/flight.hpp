#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/ports/connector.hpp"
#include "engine/runtime/run.hpp"

namespace weir {

class Input;

// Messages on their way through the flow, kept until their fate is known: a batch, or one with a run of its own.
// Owner: the flow's runner; while it waits for its commit, the continuation. Thread: the flow's.
struct Flight {
    struct Unit {
        Delivery& delivery;            // one of the flight's
        EngineTime due_at{0};          // of its due row
        Key key;                       // claimed by it (K2); of a duplicate: the one it met
        Outcome outcome = Outcome::done;
        bool has_key = false;
        bool is_seen = false;          // its key is done with this commit
        bool skipped = false;          // a duplicate: no step saw it
        bool passed_on = false;        // somebody behind may answer who asked
        Id128 name;                    // R9: what it is called in the flight record
        RowId suspect = 0;             // its row there, where the engine has died in the middle of it; 0: it has not
        std::shared_ptr<Failure> poison;  // so often that no step sees it
        RowId met = 0;                 // a duplicate: the row of `seen`, 0: held by a due row
        const std::string* went = nullptr;  // where a failure action or the dead letters took it; lives as long as the flow
        std::unique_ptr<Answer> answer;     // to who asked, after the commit
    };
    // What differs from message to message in a batch that has run and in which nothing unusual happened.
    struct Kept {
        std::string_view bytes;
        Value source;
        Id128 id;
        std::uint64_t begin = 0, end = 0;  // of its position
        std::uint64_t ticket = 0;
        Outcome outcome = Outcome::done;
    };

    Input* input = nullptr;
    std::vector<Delivery> deliveries;  // as they came: a delivery is some hundred bytes, so none is moved
    std::vector<Unit> units;           // those of them that are run now
    std::vector<Kept> kept;            // instead of both, once it is folded
    Delivery like;                     // what the kept ones have in common
    std::size_t bytes = 0;
    std::unique_ptr<Run> run;
    std::size_t next_send = 0;
    bool working = false;              // counts among the flow's workers

    std::size_t size() const { return kept.empty() ? units.size() : kept.size(); }
    // Behind the steps of a batch: where all its messages are alike, it gets small and gives their memory back, still warm, for the next batch.
    // Thousands wait for a commit; in their full size they would go through the caches once more for each look at them.
    bool fold();
    // Deliveries and units again, as they were: where the world has no room they are offered once more.
    void unfold();
};

}  // namespace weir
