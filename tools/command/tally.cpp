#include "tools/command/tally.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/command/kept.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

bool reads_from_outside(const plan::Plan& plan, const std::string& name) {
    for (const plan::Flow& flow : plan.flows) {
        if (flow.name != name) continue;
        for (const plan::Source& source : flow.sources)
            if (source.endpoint != plan::none) return true;
    }
    return false;
}

// What `weir dead-letters` lists: a flow's own, and the channels that failure lines send to.
bool is_dead_letters(const plan::Plan& plan, const std::string& where) {
    if (failure_channels(plan).count(where) != 0) return true;
    for (const plan::Flow& flow : plan.flows)
        if (where == flow.name + ".dead") return true;
    return false;
}

}  // namespace

Tally tally(const plan::Plan& plan, const std::vector<FlowReport>& reports) {
    Tally sum;
    for (const FlowReport& report : reports) {
        const Figures& f = *report.figures;
        const std::uint64_t taken = f.taken.load();
        sum.units += taken;
        if (reads_from_outside(plan, report.name)) sum.in += taken;
        sum.done += f.done.load();
        sum.filtered += f.filtered.load();
        sum.discarded += f.discarded.load();
        sum.failed += f.dead.load() + f.moved.load();
        sum.refused += f.refused.load();
        sum.dropped += f.dropped.load();
        for (const auto& [where, count] : f.where()) sum.where[where] += count;
    }
    if (std::none_of(plan.flows.begin(), plan.flows.end(), [&](const plan::Flow& flow) { return reads_from_outside(plan, flow.name); })) sum.in = sum.units;
    return sum;
}

std::string summary_text(const plan::Plan& plan, const Tally& tally, double seconds, const std::string& store) {
    std::string line = counted(tally.in, "message") + " in";
    if (tally.units != tally.in) line += fmt::format(", {} through {}", tally.units, counted(plan.flows.size(), "flow"));
    line += fmt::format(": {} done", tally.done);
    if (tally.filtered > 0) line += fmt::format(", {} filtered", tally.filtered);
    if (tally.discarded > 0) line += fmt::format(", {} discarded", tally.discarded);
    if (tally.refused > 0) line += fmt::format(", {} refused", tally.refused);
    if (tally.dropped > 0) line += fmt::format(", {} of taps dropped", tally.dropped == 1 ? "1 copy" : fmt::format("{} copies", tally.dropped));
    if (tally.failed > 0) line += fmt::format(", {} failed", tally.failed);
    bool dead = false;
    std::string places;
    for (const auto& [where, count] : tally.where) {
        places += (places.empty() ? " -> " : ", ") + visible(where, 300);
        if (tally.where.size() > 1) places += fmt::format(" ({})", count);
        dead = dead || is_dead_letters(plan, where);
    }
    line += places;
    if (dead) line += " (weir dead-letters list" + (store == ".weir" ? "" : " --store " + store) + ")";
    return line + fmt::format("; {:.2f} s", seconds);
}

std::string summary_json(const Tally& tally, double seconds) {
    std::string line = fmt::format("{{\"summary\":{{\"in\":{},\"units\":{},\"done\":{},\"filtered\":{},\"discarded\":{},\"refused\":{},\"dropped\":{},\"failed\":{},\"where\":{{", tally.in, tally.units, tally.done,
                                   tally.filtered, tally.discarded, tally.refused, tally.dropped, tally.failed);
    for (const auto& [where, count] : tally.where) {
        if (line.back() != '{') line += ',';
        write_string(line, where);
        line += ':' + std::to_string(count);
    }
    return line + fmt::format("}},\"seconds\":{:.3f}}}}}", seconds);
}

std::string progress_text(const Tally& tally, double rate) {
    return fmt::format("{} in, {} done, {} failed, {:.0f}/s", tally.in, tally.done, tally.failed, rate);
}

}  // namespace weir::command
