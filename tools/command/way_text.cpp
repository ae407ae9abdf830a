#include <algorithm>

#include "tools/command/kept.hpp"
#include "tools/command/output.hpp"
#include "tools/command/way.hpp"

namespace weir::command {
namespace {

std::string short_id(const Id128& id) { return to_text(id).substr(0, 12); }

std::string step_name(const plan::Node& node) {
    if (node.word == "->" || node.word == "tap") return node.word;
    std::string name = node.word;
    for (const plan::Path& path : node.paths) {
        if (path.names.empty() || name.size() > 60) continue;
        name += path.is_let ? " meta." : node.text == "header" ? " " : " body.";
        for (std::size_t n = 0; n < path.names.size(); ++n) name += (n == 0 || path.names[n] == "[]" ? "" : ".") + path.names[n];
    }
    if (node.call && node.word != "call") name += " = call";
    return name;
}

std::string place_text(const Sources* sources, const plan::Node& node) {
    if (sources == nullptr || sources->count() == 0) return {};
    const Place place = sources->place(node.at.begin);
    return sources->file(place.file).path + ":" + std::to_string(place.line);
}

// A message without a place is from its flow's endpoint, which the flow names.
std::string origin_of(const WayUnit& unit) { return unit.trace.unit.in.sort == Position::Sort::none && !unit.endpoint.empty() ? unit.endpoint : place_of(unit.trace.unit); }

// What of its way is over, and what not.
std::string state_of(const Way& way, const WayUnit& unit, std::size_t out) {
    const auto& [channel, row] = unit.trace.unit.out[out];
    if (row == 0) return {};
    std::vector<std::string> readers;
    bool nobody = false;
    for (const Standing& standing : way.trace.standing) {
        if (standing.channel != channel || standing.row != row) continue;
        if (standing.subscription.empty()) nobody = true;
        else readers.push_back(standing.subscription);
    }
    if (nobody) return "stands there; nobody reads the channel";
    if (!readers.empty() && unit.takers[out].empty()) return "stands there, not taken yet";
    if (!readers.empty()) {
        std::string text = "still to be taken by ";
        for (std::size_t n = 0; n < readers.size(); ++n) text += (n > 0 ? ", " : "") + readers[n];
        return text;
    }
    return unit.takers[out].empty() ? "gone from there" : "";
}

class Printer {
public:
    Printer(const Way& way, std::size_t longest) : way_(way), longest_(longest), printed_(way.units.size(), false) {}
    std::string print() {
        std::string flows;
        std::vector<std::string> names;
        for (const WayUnit& unit : way_.units)
            if (std::find(names.begin(), names.end(), unit.trace.unit.flow) == names.end() && unit.trace.unit.flow != "(weir send)" && !unit.trace.unit.flow.empty()) names.push_back(unit.trace.unit.flow);
        out_ = "message " + to_text(way_.asked) + ": " + counted(way_.units.size(), "unit") + " in " + counted(names.size(), "flow") + (way_.trace.whole ? "" : "; not all of it was looked at, there may be more") + "\n";
        for (const std::size_t root : way_.roots) unit(root, 0);
        for (const Standing& standing : way_.trace.standing)
            if (!made(standing)) out_ += visible(standing.channel, 300) + "#" + std::to_string(standing.row) + "  " + (standing.subscription.empty() ? "stands there; nobody reads the channel" : "stands there, not taken yet") + "\n";
        return std::move(out_);
    }

private:
    bool made(const Standing& standing) const {
        for (const WayUnit& unit : way_.units)
            for (const auto& [channel, row] : unit.trace.unit.out)
                if (channel == standing.channel && row == standing.row) return true;
        for (const WayUnit& unit : way_.units)
            if (unit.trace.unit.in.sort == Position::Sort::consumer && unit.trace.unit.from == standing.channel && unit.trace.unit.in.end - 1 == standing.row) return true;
        return false;
    }
    void line(unsigned depth, const std::string& text) { out_ += std::string(2 * std::min(depth, 40u), ' ') + text + "\n"; }
    std::string cut(std::string_view body) const {
        if (body.empty()) return "(empty)";
        std::string text = visible(body, longest_);
        return text;
    }

    void unit(std::size_t index, unsigned depth) {
        if (printed_[index]) return;
        printed_[index] = true;
        const WayUnit& one = way_.units[index];
        const HistoryRow& row = one.trace.unit;
        const char* mark = row.mid == way_.asked ? "* " : "";
        if (!row.who.empty()) {
            const std::string what = row.outcome != Outcome::resting ? outcome_text(row.outcome) : row.dead.empty() ? "let go" : "replayed";
            line(depth, mark + time_text(row.at) + "  " + what + " by " + visible(row.who, 200) + (row.why.empty() ? "" : ": " + visible(row.why, 500)));
        } else if (row.flow == "(weir send)") {
            line(depth, mark + time_text(row.at) + "  sent by hand (weir send)  " + short_id(row.mid));
        } else {
            line(depth, mark + time_text(row.at) + "  " + visible(row.flow, 200) + "  " + outcome_text(row.outcome) + (row.attempt > 1 ? "  attempt " + std::to_string(row.attempt) : "") + "  " + short_id(row.mid));
            const bool again = row.in.sort == Position::Sort::due;
            line(depth + 1, "from " + visible(origin_of(one), 300) + (one.input.there && !again ? "  " + cut(input_text(one)) : ""));
            steps(one, depth + 1);
        }
        for (std::size_t n = 0; n < row.out.size(); ++n) {
            const std::string state = state_of(way_, one, n);
            const bool asked = one.trace.made[n] == way_.asked && !one.trace.made[n].empty();
            std::string text = std::string(asked ? "* " : "") + "=> " + visible(row.out[n].first, 300);
            if (row.out[n].second != 0) text += "#" + std::to_string(row.out[n].second);
            if (!one.trace.made[n].empty()) text += "  " + short_id(one.trace.made[n]);
            if (!state.empty()) text += "  " + state;
            if (!one.replay && !one.bodies[n].empty()) text += "  " + cut(one.bodies[n]);
            line(depth + 1, text);
            for (const std::size_t taker : one.takers[n]) unit(taker, depth + 2);
        }
        if (row.who.empty())
            for (const RowId dead : row.dead) dead_letter(dead, depth + 1);
        for (const RowId due : row.due)
            if (one.next.empty()) resting(due, one, depth + 1);
        for (const std::size_t next : one.next) unit(next, depth);  // as it is the same message
    }
    static std::string input_text(const WayUnit& one) {
        std::string body;
        write_body(body, one.input.delivery.message.body);
        return body;
    }
    void steps(const WayUnit& one, unsigned depth) {
        if (!one.replay) {
            if (!one.not_replayed.empty()) line(depth, "steps not recomputed: " + visible(one.not_replayed, 500));
            return;
        }
        for (const ReplayStep& step : one.replay->steps) {
            std::string text = step_name(*step.node);
            if (!step.to.empty()) text += " " + visible(step.to, 300);
            if (!step.to.empty() && (step.sent != step.before || step.has_answer)) text += "  " + cut(step.sent);
            if (step.has_answer) text += "  answered " + cut(step.answer);
            if (step.failed) text += "  failed: " + visible(failure_text(*step.failed), 1000);
            if (!step.note.empty()) text += (step.failed ? "; " : "  ") + visible(step.note, longest_ + 100);
            if (step.undone) text += "  (taken back)";
            const std::string place = place_text(one.sources, *step.node);
            line(depth + step.depth, text + (place.empty() ? "" : "  [" + visible(place, 200) + "]"));
            if (step.changed) line(depth + step.depth + 1, cut(step.after));
        }
        if (!one.replay->whole) line(depth, "not recomputed from here: " + visible(one.replay->why, 500));
    }
    void dead_letter(RowId id, unsigned depth) {
        for (const DeadRow& row : way_.trace.dead)
            if (row.id == id) return line(depth, "=> dead letter " + std::to_string(id) + "  " + visible(failure_text(row.failure), 1000) + "  (weir dead-letters show " + std::to_string(id) + ")");
        line(depth, "=> dead letter " + std::to_string(id) + "  not there any more");
    }
    void resting(RowId id, const WayUnit& one, unsigned depth) {
        for (const DueEntry& entry : way_.trace.due)
            if (entry.row.id == id)
                return line(depth, "=> waits until " + time_text(entry.at) + " for " + (entry.row.kind == DueKind::replay ? "its replay" : "attempt " + std::to_string(entry.row.attempt)) + (one.input.failure ? "  " + visible(failure_text(*one.input.failure), 1000) : "") + "  (weir waiting show " + std::to_string(id) + ")");
        line(depth, "=> waited; not there any more");
    }

    const Way& way_;
    std::size_t longest_;
    std::vector<bool> printed_;
    std::string out_;
};

void write_failure(std::string& out, const Failure& failure) {
    out += "{\"class\":\"" + std::string(name_of(failure.kind)) + "\",\"message\":";
    write_string(out, failure.message);
    out += ",\"path\":";
    write_string(out, failure.path);
    out += ",\"step\":";
    write_string(out, failure.step);
    out += '}';
}

void write_step(std::string& out, const WayUnit& unit, const ReplayStep& step) {
    out += "{\"step\":";
    write_string(out, step_name(*step.node));
    out += ",\"identity\":";
    write_string(out, step.node->identity);
    out += ",\"at\":";
    write_string(out, place_text(unit.sources, *step.node));
    out += ',';
    write_body_member(out, "before", step.before);
    out += ',';
    write_body_member(out, "after", step.failed ? step.before : step.after);
    if (!step.to.empty()) {
        out += ",\"to\":";
        write_string(out, step.to);
        out += ',';
        write_body_member(out, "sent", step.sent);
    }
    if (step.has_answer) {
        out += ',';
        write_body_member(out, "answer", step.answer);
    }
    if (!step.note.empty()) {
        out += ",\"note\":";
        write_string(out, step.note);
    }
    if (step.failed) {
        out += ",\"failed\":";
        write_failure(out, *step.failed);
    }
    if (step.undone) out += ",\"taken_back\":true";
    out += '}';
}

}  // namespace

std::string way_text(const Way& way, std::size_t longest_body) { return Printer(way, longest_body).print(); }

std::string way_json(const Way& way) {
    std::string out;
    for (const WayUnit& one : way.units) {
        const HistoryRow& row = one.trace.unit;
        out += "{\"no\":" + std::to_string(row.no) + ",\"at\":\"" + time_text(row.at) + "\",\"flow\":";
        write_string(out, row.flow);
        out += std::string(",\"outcome\":\"") + outcome_text(row.outcome) + "\",\"id\":\"" + to_text(row.mid) + "\",\"attempt\":" + std::to_string(row.attempt) + ",\"from\":";
        write_string(out, origin_of(one));
        if (one.input.there) {
            std::string body;
            write_body(body, one.input.delivery.message.body);
            out += ',';
            write_body_member(out, "input", body);
        }
        if (one.replay) {
            out += ",\"steps\":[";
            for (const ReplayStep& step : one.replay->steps) {
                if (out.back() != '[') out += ',';
                write_step(out, one, step);
            }
            out += ']';
        }
        const std::string& why = one.replay ? one.replay->why : one.not_replayed;
        if (!why.empty()) {
            out += ",\"not_recomputed\":";
            write_string(out, why);
        }
        out += ",\"out\":[";
        for (std::size_t n = 0; n < row.out.size(); ++n) {
            if (out.back() != '[') out += ',';
            out += "{\"to\":";
            write_string(out, row.out[n].first);
            if (row.out[n].second != 0) out += ",\"row\":" + std::to_string(row.out[n].second);
            if (!one.trace.made[n].empty()) out += ",\"id\":\"" + to_text(one.trace.made[n]) + "\"";
            if (const std::string state = state_of(way, one, n); !state.empty()) {
                out += ",\"state\":";
                write_string(out, state);
            }
            if (!one.bodies[n].empty()) {
                out += ',';
                write_body_member(out, "body", one.bodies[n]);
            }
            out += '}';
        }
        out += "],\"dead\":[";
        for (const RowId id : row.dead) out += (out.back() == '[' ? "" : ",") + std::to_string(id);
        out += "],\"waits\":[";
        for (const DueEntry& entry : way.trace.due) {
            if (std::find(row.due.begin(), row.due.end(), entry.row.id) == row.due.end() || !one.next.empty()) continue;
            if (out.back() != '[') out += ',';
            out += "{\"no\":" + std::to_string(entry.row.id) + ",\"until\":\"" + time_text(entry.at) + "\",\"attempt\":" + std::to_string(entry.row.attempt) + "}";
        }
        out += ']';
        if (one.input.failure) {
            out += ",\"failure\":";
            write_failure(out, *one.input.failure);
        }
        if (!row.who.empty()) {
            out += ",\"who\":";
            write_string(out, row.who);
            out += ",\"why\":";
            write_string(out, row.why);
        }
        out += "}\n";
    }
    return out;
}

}  // namespace weir::command
