#pragma once
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "engine/ports/connector.hpp"

namespace weir {

// Who waits for an answer, by the token that their messages carry as `meta.reply_to` (Q3): good for this run of the engine.
// Owner: Engine. Thread: any; a requester's own functions are called on its home executor.
class Requesters {
public:
    struct Waiting {
        Executor* home = nullptr;
        std::weak_ptr<const char> alive;  // of the flow that took the request
        Source* source = nullptr;
        std::uint64_t ticket = 0;
        Id128 id;
        std::function<void()> over;       // on its home executor, when it waits no longer
        std::function<bool()> busy;       // on its home executor: the flow that took it is not done with it, and will answer for it
        std::uint64_t timer = 0;
    };
    static constexpr std::string_view prefix = "request:";

    explicit Requesters(Random& random);
    // On the home executor. Past `timeout` it is answered 504.
    std::string add(Waiting waiting, EngineTime timeout);
    // False: nobody of that name waits (any more).
    bool answer(const std::string& reply_to, Answer answer);
    // 202 with the id of its request (Q2).
    bool accept(const std::string& reply_to);
    bool waits(const std::string& reply_to) const;
    // On the home executor: it waits no longer, and no answer is wanted.
    void gone(const std::string& reply_to);

private:
    void late(const std::string& reply_to, bool again);
    Random& random_;
    mutable std::mutex lock_;
    std::unordered_map<std::string, Waiting> waiting_;
};

// What a requester is told where a flow has no answer of its own.
Answer accepted(const Id128& id);                              // 202 with the id (Q2)
Answer refused(const Id128& id, const Failure& failure);       // by the failure's class (patterns.md 2.2)

}  // namespace weir
