#include "engine/test/watched_store.hpp"

#include <algorithm>

namespace weir {

No WatchedStore::number(NameKind kind, std::string_view name) {
    const No no = inner_.number(kind, name);
    names_[{kind, no}] = name;
    return no;
}

std::uint64_t WatchedStore::ended(const std::string& flow, Outcome outcome) const {
    const auto found = ended_.find({flow, outcome});
    return found == ended_.end() ? 0 : found->second;
}

std::uint64_t WatchedStore::purged(const std::string& channel) const {
    const auto found = purged_.find(channel);
    return found == purged_.end() ? 0 : found->second;
}

void WatchedStore::keep(No channel, Keep what, Executor& home, std::function<void(std::uint64_t)> removed) {
    inner_.keep(channel, what, home, [this, channel, told = std::move(removed)](std::uint64_t rows) {
        purged_[names_[{NameKind::channel, channel}]] += rows;
        if (told) told(rows);
    });
}

std::vector<WatchedStore::Unit> WatchedStore::look_at(const Commit& commit) const {
    const auto text = [&](Slice slice) { return commit.bytes.substr(slice.begin, slice.length); };
    const auto name = [&](NameKind kind, No no) {
        const auto found = names_.find({kind, no});
        return found == names_.end() ? std::string() : found->second;
    };
    const std::string flow = name(NameKind::flow, commit.flow);
    std::vector<Unit> units;
    std::size_t put = 0, line = 0, dead = 0;
    for (const UnitWrite& write : commit.units) {
        Unit& unit = units.emplace_back();
        unit.outcome = write.outcome;
        unit.id = write.id;
        if (write.position.sort == Position::Sort::dead) unit.letter_of = name(NameKind::flow, write.position.no);
        for (; put < write.puts_end; ++put) {
            const Put& row = commit.puts[put];
            Arrival& made = unit.arrivals.emplace_back();
            made.channel = name(NameKind::channel, row.channel);
            made.id = row.id;
            made.envelope = text(row.envelope);
            made.body = text(row.body);
            made.type = row.type;
        }
        for (; line < write.lines_end; ++line) {
            const auto& [file, slice] = commit.lines[line];
            unit.lines.push_back({commit.files[file].path, commit.files[file].text.substr(slice.begin, slice.length)});
        }
        for (; dead < write.dead_end; ++dead) {
            const Dead& row = commit.dead[dead];
            Arrival& made = unit.arrivals.emplace_back();
            made.channel = flow;
            made.dead = true;
            made.id = row.id;
            made.envelope = text(row.envelope);
            made.body = text(row.body);
            made.type = row.type;
            made.failure = row.failure;
        }
    }
    return units;
}

void WatchedStore::pass(Commit commit, Executor& home, Then<Committed> then) {
    const auto found = names_.find({NameKind::flow, commit.flow});
    std::vector<Unit> units = look_at(commit);
    Then<Committed> seen = [this, flow = found == names_.end() ? std::string() : found->second, held = std::move(units), told = std::move(then)](Committed committed) mutable {
        for (std::size_t n = 0; n < held.size() && n < committed.fates.size(); ++n) {
            if (committed.fates[n] != Fate::durable) continue;
            ++ended_[{flow, held[n].outcome}];
            if (!held[n].letter_of.empty()) {
                const auto letter = std::find_if(arrivals_.begin(), arrivals_.end(), [&](const Arrival& each) { return each.dead && !each.gone && each.channel == held[n].letter_of && each.id == held[n].id; });
                if (letter != arrivals_.end()) letter->gone = true;
            }
            for (Arrival& each : held[n].arrivals) arrivals_.push_back(std::move(each));
            for (Line& each : held[n].lines) lines_.push_back(std::move(each));
        }
        if (told) told(std::move(committed));
    };
    inner_.commit(std::move(commit), home, std::move(seen));
}

void WatchedStore::put(Commit commit, Executor& home) { pass(std::move(commit), home, {}); }

void WatchedStore::commit(Commit commit, Executor& home, Then<Committed> then) {
    if (armed_) {
        armed_ = false;
        died_ = true;
    }
    if (!died_) pass(std::move(commit), home, std::move(then));
}

void WatchedStore::act(Deed deed, Executor& home, Then<Deeds> then) {
    const Deed::Sort sort = deed.sort;
    const std::string of = sort == Deed::Sort::purge || !deed.channel.empty() ? deed.channel : deed.flow;
    Then<Deeds> seen = [this, sort, of, told = std::move(then)](Deeds deeds) mutable {
        if (sort == Deed::Sort::purge) purged_[of] += deeds.rows;
        if (sort == Deed::Sort::replay || sort == Deed::Sort::discard)
            for (Arrival& each : arrivals_) each.gone = each.gone || (each.dead && each.channel == of);
        if (told) told(std::move(deeds));
    };
    inner_.act(std::move(deed), home, std::move(seen));
}

}  // namespace weir
