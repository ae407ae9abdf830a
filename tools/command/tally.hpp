#pragma once
// What a run has done, in numbers and as its one line at the end.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/runtime/engine.hpp"

namespace weir::command {

struct Tally {
    std::uint64_t in = 0;     // taken from outside; where no flow reads there, from channels
    std::uint64_t units = 0;  // taken by any flow, from channels too
    std::uint64_t done = 0, filtered = 0, discarded = 0, failed = 0, refused = 0, dropped = 0;  // dropped: copies of taps
    std::map<std::string, std::uint64_t> where;  // of the failed
};
Tally tally(const plan::Plan& plan, const std::vector<FlowReport>& reports);
// `store` is named in the hint where it is not the default one.
std::string summary_text(const plan::Plan& plan, const Tally& tally, double seconds, const std::string& store);
std::string summary_json(const Tally& tally, double seconds);
std::string progress_text(const Tally& tally, double rate);

}  // namespace weir::command
