#pragma once
// What a unit took, as far as it is still to be had: from its dead letter, its row in a channel, its copied input, or the file that it was a line of.
#include <string>

#include "engine/ports/connector.hpp"
#include "engine/store/view.hpp"

namespace weir::command {

struct Taken {
    bool there = false;
    std::string why;      // why not
    Delivery delivery;    // without its type
    std::string memo;     // what its flow had done before it came to rest or died
    std::optional<Failure> failure;  // what it ended with, where a row still says so
};
Taken what_it_took(StoreView& view, const HistoryRow& unit);
// "orders.new#3", "in.jsonl, bytes 0 to 57", "by hand"
std::string place_of(const HistoryRow& unit);

}  // namespace weir::command
