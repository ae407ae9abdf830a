#pragma once
#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace weir {

// What a flow has done since the engine began. Written by the flow's thread, read by any.
struct Figures {
    std::atomic<std::uint64_t> taken{0}, done{0}, filtered{0}, discarded{0}, dead{0}, moved{0}, refused{0}, rested{0}, duplicates{0}, duplicates_conflicting{0}, undeliverable{0}, dropped{0};  // dropped: copies of taps whose queue had no room
    // The flow's thread is the only one that counts here, so nothing has to be locked for it.
    static void add(std::atomic<std::uint64_t>& figure) { figure.store(figure.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
    void went(const std::string& where) {
        std::lock_guard hold(lock_);
        ++where_[where];
    }
    std::map<std::string, std::uint64_t> where() const {
        std::lock_guard hold(lock_);
        return where_;
    }

private:
    mutable std::mutex lock_;
    std::map<std::string, std::uint64_t> where_;  // where failed messages went: a channel, a file, FLOW.dead
};

}  // namespace weir
