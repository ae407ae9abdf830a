#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports/connector.hpp"

namespace weir {

inline constexpr std::size_t max_memo = 1u << 20;

// U5: what a message has done since its last rest, by the node that did it. A later run takes these instead of doing them again.
// Owner: the run. Promise: what is encoded decodes to the same; an entry that makes it larger than max_memo is left out (it is asked for again).
class Memo {
public:
    struct Entry {
        std::uint64_t node = 0;
        bool answered = false;  // a call's reply; else "sent"
        std::uint16_t status = 0;
        Format format = Format::none;
        std::string body;
    };
    // F2: the failure action that is to be tried again, and how often it has failed. No action: 0 tries.
    struct Action {
        std::uint64_t node = 0;
        std::uint8_t tries = 0;
    };
    Action action;
    void clear() {
        entries_.clear();
        action = {};
    }
    bool empty() const { return entries_.empty(); }
    const Entry* find(std::uint64_t node) const;
    void sent(std::uint64_t node);
    void answered(std::uint64_t node, const Answer& answer);
    const std::vector<Entry>& entries() const { return entries_; }

    std::string encode() const;
    bool decode(std::string_view bytes);  // false: it does not decode, and is empty

private:
    std::vector<Entry> entries_;
};

}  // namespace weir
