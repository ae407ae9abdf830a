#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/evaluate/evaluate.hpp"
#include "engine/ports/store.hpp"

namespace weir {


// K1: the fingerprint of a key, with the store's secret; the flow and the value's type are part of it. False: null, missing, or empty is no key.
bool fingerprint_of(const Value& key, No flow, Id128 secret, Fingerprint& out);

// K2: which keys of a flow are claimed, held or done. Owner: the flow's runner. Thread: the flow's.
class Keys {
public:
    Keys();
    ~Keys();
    enum class State : std::uint8_t { free, claimed, held, done };
    struct Known {
        State state = State::free;
        std::uint64_t body_hash = 0;
        RowId row = 0;         // held: of `due`; done: of `seen`
        EngineTime until{0};   // done
    };
    void load(const std::vector<SeenRow>& seen, const std::vector<DueRow>& due);
    // What a key is now; one whose time is over is free (K7). Now and then it forgets all that are over, so that the table stays as large as what counts.
    Known look(const Fingerprint& key, EngineTime now);
    void claim(const Key& key);
    void hold(const Key& key, RowId due);
    void done(const Key& key, RowId seen, EngineTime until);
    void free(const Fingerprint& key);
    std::size_t size() const;
    bool full() const { return size() >= plan::max_keys; }
    void sweep(EngineTime now);

private:
    struct Table;
    std::unique_ptr<Table> table_;
    std::size_t sweep_at_;
};

}  // namespace weir
