#include "engine/store/writer.hpp"

#include <algorithm>

#include "engine/message/arrival.hpp"

namespace weir {

namespace {

constexpr std::size_t kept_of_quarantined = 1u << 20;

std::string_view at(const Commit& commit, Slice slice) { return std::string_view(commit.bytes).substr(slice.begin, slice.length); }

bool leaves_something(const Commit& commit, std::uint32_t unit_no) {
    const UnitWrite none, &unit = commit.units[unit_no], &before = unit_no == 0 ? none : commit.units[unit_no - 1];
    return commit.history || unit.position.sort != Position::Sort::none || unit.puts_end > before.puts_end || unit.lines_end > before.lines_end || unit.dead_end > before.dead_end ||
           unit.due_end > before.due_end || unit.seen_end > before.seen_end || unit.suspect != 0;
}

}  // namespace

Writer::Writer(Parts parts) : p_(std::move(parts)), units_now_(p_.meta.unit_no) {
    Database& d = p_.database;
    begin_ = Statement(d, "BEGIN IMMEDIATE");
    commit_ = Statement(d, "COMMIT");
    data_version_ = Statement(d, "PRAGMA data_version");
    history_ = Statement(d, "INSERT INTO hist(id, count, at, flow, plan, units) VALUES(?,?,?,?,?,?)");
    arrival_ = Statement(d, "INSERT INTO arrival(id, bytes) VALUES(?,?)");
    dead_ = Statement(d, "INSERT INTO dead(at, flow, class, text, path, step, attempts, mid, envelope, body, source, memo, origin, type) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    dead_gone_ = Statement(d, "DELETE FROM dead WHERE id=?");
    quarantine_ = Statement(d, "INSERT INTO quarantine(at, source, row, why, raw) VALUES(?,?,?,?,?)");
    meta_ = Statement(d, "UPDATE meta SET commit_no=?, unit_no=?, engine_time=?, wall_time=?, due_no=?, seen_no=? WHERE id=1");
}

bool Writer::write(std::vector<Job>& jobs) {
    std::vector<Ref> units;
    std::size_t count = 0;
    for (const Job& job : jobs) count += job.commit.units.size();
    units.reserve(count);
    for (std::uint32_t j = 0; j < jobs.size(); ++j) {
        jobs[j].fates.assign(jobs[j].commit.units.size(), Fate::durable);
        jobs[j].due.assign(jobs[j].commit.due.size(), 0);
        jobs[j].seen.assign(jobs[j].commit.seen.size(), 0);
        for (std::uint32_t u = 0; u < jobs[j].commit.units.size(); ++u) units.push_back({j, u});
    }
    for (;;) {
        if (auto failed = append(jobs, units)) {
            if (p_.database.fault() == SqlFault::broken) {
                fatal_ = p_.database.text();
                return false;
            }
            p_.database.forget_error();
            // X1: whoever writes to this file waits, the others go again.
            std::erase_if(units, [&](const Ref& ref) {
                Job& job = jobs[ref.job];
                const Lines lines = lines_of(job.commit, ref.unit);
                for (std::uint32_t i = lines.begin; i < lines.end; ++i) {
                    if (job.commit.files[job.commit.lines[i].file].path != failed->path) continue;
                    wait(job, ref.unit, failed->why);
                    return true;
                }
                return false;
            });
            continue;
        }
        switch (commit(jobs, units)) {
            case Ended::committed:
            case Ended::nothing: return true;
            case Ended::no_room:
                for (const Ref& ref : units) wait(jobs[ref.job], ref.unit, fatal_);
                return true;
            case Ended::this_row: return one_by_one(jobs, units);
            case Ended::broken: return false;
        }
    }
}

// S3: one transaction each, so that the one at fault shows itself.
bool Writer::one_by_one(std::vector<Job>& jobs, std::span<const Ref> units) {
    for (const Ref& ref : units) {
        Job& job = jobs[ref.job];
        if (auto failed = append(jobs, {&ref, 1})) {
            if (p_.database.fault() == SqlFault::broken) {
                fatal_ = p_.database.text();
                return false;
            }
            p_.database.forget_error();
            wait(job, ref.unit, failed->why);
            continue;
        }
        Ended ended = commit(jobs, {&ref, 1});
        if (ended == Ended::this_row) {
            const std::string why = fatal_;
            const UnitWrite& unit = job.commit.units[ref.unit];
            p_.warn("a message that the store can't take (" + why + ") went to quarantine");
            // What it became may be what is too large, and so may be its input.
            for (const auto& [raw, input] : {std::pair(true, true), std::pair(false, true), std::pair(false, false)}) {
                ended = transaction([&] {
                    quarantine_unit(job, unit, ref.unit, why, raw, input);
                    return true;
                });
                if (ended != Ended::this_row) break;
            }
            if (ended == Ended::committed) {
                job.fates[ref.unit] = Fate::quarantined;
                forget_rows(job, ref.unit);
            }
        }
        if (ended == Ended::no_room) wait(job, ref.unit, fatal_);
        if (ended == Ended::broken || ended == Ended::this_row) return false;
    }
    return true;
}

void Writer::wait(Job& job, std::uint32_t unit, const std::string& why) {
    job.fates[unit] = Fate::waits;
    forget_rows(job, unit);
    if (job.why.empty()) job.why = why;
}

// Their numbers were proposed in a transaction that is not there.
void Writer::forget_rows(Job& job, std::uint32_t unit) {
    const auto& units = job.commit.units;
    for (std::uint32_t i = unit == 0 ? 0 : units[unit - 1].due_end; i < units[unit].due_end; ++i) job.due[i] = 0;
    for (std::uint32_t i = unit == 0 ? 0 : units[unit - 1].seen_end; i < units[unit].seen_end; ++i) job.seen[i] = 0;
}

Writer::Lines Writer::lines_of(const Commit& commit, std::uint32_t unit) const {
    return {unit == 0 ? 0 : commit.units[unit - 1].lines_end, commit.units[unit].lines_end};
}

std::optional<Appender::Failed> Writer::append(std::vector<Job>& jobs, std::span<const Ref> units) {
    p_.appender.start();
    slots_.resize(std::max(slots_.size(), jobs.size()));
    for (std::uint32_t j = 0; j < jobs.size(); ++j) slots_[j].assign(jobs[j].commit.files.size(), SIZE_MAX);
    for (const Ref& ref : units) {
        const Commit& commit = jobs[ref.job].commit;
        const Lines lines = lines_of(commit, ref.unit);
        for (std::uint32_t i = lines.begin; i < lines.end; ++i) {
            const Line& line = commit.lines[i];
            std::size_t& slot = slots_[ref.job][line.file];
            const FileLines& file = commit.files[line.file];
            if (slot == SIZE_MAX) slot = p_.appender.slot(file.path);
            p_.appender.line(slot, std::string_view(file.text).substr(line.text.begin, line.text.length));
        }
    }
    if (p_.appender.empty()) return std::nullopt;
    std::optional<Appender::Failed> failed = p_.appender.flush();
    if (!failed) {
        rows_.resize(std::max(rows_.size(), jobs.size()));
        for (std::uint32_t j = 0; j < jobs.size(); ++j) {
            rows_[j].clear();
            for (const std::size_t slot : slots_[j]) rows_[j].push_back(slot == SIZE_MAX ? 0 : p_.appender.row(slot));
        }
    }
    return failed;
}

Writer::Ended Writer::commit(std::vector<Job>& jobs, std::span<const Ref> units) {
    // Nothing to keep, so nothing to sync: an answer of a flow with `history off` waits for no disk. A commit without units may still carry notes.
    const bool some = std::any_of(units.begin(), units.end(), [&](const Ref& ref) { return leaves_something(jobs[ref.job].commit, ref.unit); });
    if (!some && std::all_of(jobs.begin(), jobs.end(), [](const Job& job) { return job.commit.notes.empty(); })) return Ended::nothing;
    packers_used_ = 0;
    std::vector<char> takes_part(jobs.size(), 0);
    for (std::size_t n = 0; n < units.size();) {  // by job
        const std::uint32_t job = units[n].job;
        const std::size_t first = n;
        while (n < units.size() && units[n].job == job) ++n;
        takes_part[job] = 1;
        if (jobs[job].commit.history) packer(jobs[job].commit.flow).expected += n - first;
    }
    for (std::size_t i = 0; i < packers_used_; ++i) {
        packers_[i].first = units_now_ + 1;
        units_now_ += packers_[i].expected;
    }
    return transaction([&] {
        done_ = {};
        for (const Ref& ref : units) {
            put_unit(jobs[ref.job], ref.job, ref.unit);
            if (p_.database.code() != 0) return true;
        }
        p_.positions.mark(done_);
        for (std::size_t j = 0; j < jobs.size(); ++j) {
            const Job& job = jobs[j];
            // A note goes with the units of its commit; where all of them wait it will be offered again with them.
            if (job.commit.notes.empty() || (!job.commit.units.empty() && !takes_part[j])) continue;
            for (const auto& [part, text] : job.commit.notes) {
                const auto unit = std::find_if(job.commit.units.begin(), job.commit.units.end(),
                                               [&](const UnitWrite& u) { return u.position.sort == Position::Sort::source && u.position.part == part; });
                const auto source = unit != job.commit.units.end() ? std::optional(unit->position.no) : p_.positions.source_of(part);
                if (source)
                    p_.positions.note(Position::Sort::source, *source, part, text);
                else
                    p_.warn("a source's note about a part that nobody has read from is not kept");
            }
        }
        for (std::size_t i = 0; i < packers_used_; ++i) {
            const HistoryPacker& h = packers_[i];
            history_.integer(1, h.first).integer(2, h.count).integer(3, h.at).integer(4, h.flow).integer(5, plan_).blob(6, h.blob).run();
        }
        return true;
    });
}

Writer::Ended Writer::transaction(const std::function<bool()>& body) {
    Database& d = p_.database;
    bool wanted = false, committing = false;
    StoreMeta next = p_.meta;
    if (begin_.run()) {
        // O2: a commit that is not ours makes SQLite count on.
        if (data_version_.step()) {
            const std::int64_t version = data_version_.integer(0);
            if (version_ < 0 || p_.memory) version_ = version;
            const bool foreign = version != version_;
            data_version_.reset();
            if (foreign) {
                d.roll_back();
                p_.channels.drop();
                p_.positions.drop();
                p_.rests.drop();
                p_.appender.cut_back();
                fatal_ = "another program writes this store";
                return Ended::broken;
            }
        }
        wanted = body();
        if (wanted) {
            p_.positions.write();
            p_.channels.write();
            p_.appender.write();
            next.commit_no += 1;
            next.unit_no = units_now_;
            next.engine_time = now().count();
            next.wall_time = p_.clock.wall();
            next.due_no = p_.rests.last_due();
            next.seen_no = p_.rests.last_seen();
            meta_.integer(1, next.commit_no).integer(2, next.unit_no).integer(3, next.engine_time).integer(4, next.wall_time);
            meta_.integer(5, next.due_no).integer(6, next.seen_no).run();
            if (d.code() == 0) {
                committing = true;
                commit_.run();
            }
        }
    }
    if (wanted && d.code() == 0) {
        p_.meta = next;
        fed_.insert(fed_.end(), p_.channels.touched().begin(), p_.channels.touched().end());
        buried_.insert(buried_.end(), burying_.begin(), burying_.end());
        burying_.clear();
        p_.channels.adopt();
        p_.positions.adopt();
        p_.channels.measure(p_.positions);
        p_.rests.adopt();
        p_.appender.adopt();
        return Ended::committed;
    }
    const SqlFault fault = d.fault();
    const int code = d.code();
    fatal_ = d.text();
    const bool clean = d.roll_back();
    burying_.clear();
    units_now_ = p_.meta.unit_no;
    p_.channels.drop();
    p_.positions.drop();
    p_.rests.drop();
    if (fault == SqlFault::none && clean) {
        return Ended::nothing;
    }
    // After an error of COMMIT that is not plainly "nothing was written" the transaction is in doubt: only the next start can tell (S4), and
    // the files must stand as the transaction would have them.
    constexpr int nomem = 7;
    if (!clean || fault == SqlFault::broken || (committing && (fault == SqlFault::this_row || (code & 0xff) == nomem))) return Ended::broken;
    p_.appender.cut_back();
    return fault == SqlFault::no_room ? Ended::no_room : Ended::this_row;
}

HistoryPacker& Writer::packer(No flow) {
    for (std::size_t i = 0; i < packers_used_; ++i)
        if (packers_[i].flow == flow) return packers_[i];
    if (packers_used_ == packers_.size()) packers_.emplace_back();
    HistoryPacker& fresh = packers_[packers_used_++];
    fresh.start(flow, 0);
    return fresh;
}

void Writer::put_unit(Job& job, std::uint32_t job_no, std::uint32_t unit_no) {
    const Commit& commit = job.commit;
    const UnitWrite& unit = commit.units[unit_no];
    static const UnitWrite none;
    const UnitWrite& before = unit_no == 0 ? none : commit.units[unit_no - 1];
    outs_.clear();
    more_.dead.clear();
    more_.due.clear();
    for (std::uint32_t i = before.puts_end; i < unit.puts_end; ++i) {
        const Put& put = commit.puts[i];
        const RowId row = p_.channels.put(put.channel, commit.now, put.id, put.type, at(commit, put.envelope), at(commit, put.body));
        outs_.push_back({false, put.channel, row});
    }
    for (std::uint32_t i = before.lines_end; i < unit.lines_end; ++i) {
        const std::uint64_t file = rows_[job_no][commit.lines[i].file];
        if (outs_.empty() || !outs_.back().file || outs_.back().no != file) outs_.push_back({true, file, 0});
    }
    for (std::uint32_t i = before.dead_end; i < unit.dead_end; ++i) {
        const Dead& dead = commit.dead[i];
        const Failure& f = dead.failure;
        dead_.integer(1, commit.now).text(2, f.flow).integer(3, static_cast<int>(f.kind)).text(4, f.message).text(5, f.path).text(6, f.step);
        dead_.integer(7, f.attempts).id(8, dead.id).blob(9, at(commit, dead.envelope)).blob(10, at(commit, dead.body));
        dead_.blob(11, at(commit, dead.source)).blob(12, at(commit, dead.memo)).integer(13, dead.origin).integer(14, dead.type).run();
        more_.dead.push_back(p_.database.last_row());
        if (burying_.empty() || burying_.back() != commit.flow) burying_.push_back(commit.flow);
    }
    if (unit.position.sort == Position::Sort::dead) dead_gone_.integer(1, unit.position.at).run();
    if (unit.due_end > before.due_end || unit.seen_end > before.seen_end || unit.position.sort == Position::Sort::due) put_rests(job, unit, before);
    if (unit.suspect != 0) p_.rests.forget_suspect(unit.suspect);
    mark(unit.position);
    if (!commit.history) return;
    HistoryPacker& history = packer(commit.flow);
    const std::uint32_t recorded = before.recorded_end;
    for (std::uint32_t i = recorded; i < unit.recorded_end; ++i) p_.rests.put_recorded(history.first + history.count, i - recorded, commit.recorded[i], commit.bytes);
    if (unit.arrival.length > 0) arrival_.integer(1, history.first + history.count).blob(2, at(commit, unit.arrival)).run();
    more_.recorded = unit.recorded_end > recorded;
    more_.why = at(commit, unit.why);
    history.add(unit.now != 0 ? unit.now : commit.now, unit, outs_, more_);
}

// What follows each other at its source is marked at once.
void Writer::mark(const Position& position) {
    if (position.sort == done_.sort && position.at == done_.end && position.part == done_.part && position.no == done_.no) {
        done_.end = position.end;
        return;
    }
    p_.positions.mark(done_);
    done_ = position;
}

void Writer::put_rests(Job& job, const UnitWrite& unit, const UnitWrite& before) {
    const Commit& commit = job.commit;
    bool written_over = false;
    for (std::uint32_t i = before.due_end; i < unit.due_end; ++i) {
        const Due& due = commit.due[i];
        job.due[i] = p_.rests.put_due(commit.flow, due, commit.bytes);
        more_.due.push_back(job.due[i]);
        written_over = written_over || (unit.position.sort == Position::Sort::due && due.id == unit.position.at);
    }
    if (unit.position.sort == Position::Sort::due && !written_over) p_.rests.take_due(unit.position.at);
    for (std::uint32_t i = before.seen_end; i < unit.seen_end; ++i) job.seen[i] = p_.rests.put_seen(commit.flow, commit.seen[i], commit.bytes);
}

void Writer::quarantine_unit(Job& job, const UnitWrite& unit, std::uint32_t unit_no, const std::string& why, bool with_raw, bool with_input) {
    const Commit& commit = job.commit;
    const std::int64_t now = p_.clock.wall();
    const std::string flow = p_.name(commit.flow);
    std::string raw;
    if (with_raw) {
        for (std::uint32_t i = unit_no == 0 ? 0 : commit.units[unit_no - 1].puts_end; i < unit.puts_end && raw.size() < kept_of_quarantined; ++i) {
            raw.append(at(commit, commit.puts[i].envelope).substr(0, kept_of_quarantined));
            raw.append(at(commit, commit.puts[i].body).substr(0, kept_of_quarantined));
        }
    }
    quarantine_.integer(1, now).text(2, flow).integer(3, unit.position.at).text(4, why).blob(5, raw).run();
    const std::string text = "the store can't take what this message became: " + why;
    dead_.integer(1, now).text(2, flow).integer(3, static_cast<int>(FailureClass::internal)).text(4, text).text(5, "").text(6, "");
    DueRow due;
    if (unit.position.sort == Position::Sort::due) {
        Statement row(p_.database, due_row_sql());
        if (auto found = one_due(row, unit.position.at)) due = std::move(*found);
        p_.rests.take_due(unit.position.at);
    }
    std::string_view input = !with_input ? std::string_view() : unit.position.sort == Position::Sort::due ? std::string_view(due.body) : at(commit, unit.arrival);
    Arrived arrived;
    if (unit.position.sort != Position::Sort::due && decode_arrival(input, arrived)) {
        input = arrived.body;
        due.envelope = arrived.envelope;
        due.source = arrived.source;
        due.type = static_cast<std::uint32_t>(arrived.format);
    }
    dead_.integer(7, unit.attempt).id(8, unit.id).blob(9, due.envelope).blob(10, input);
    dead_.blob(11, due.source).blob(12, due.memo).integer(13, due.origin).integer(14, due.type).run();
    if (unit.suspect != 0) p_.rests.forget_suspect(unit.suspect);
    burying_.push_back(commit.flow);
    if (unit.position.sort == Position::Sort::dead) dead_gone_.integer(1, unit.position.at).run();
    p_.positions.mark(unit.position);
}

void Writer::put_history(HistoryPacker& packer) {
    packer.first = units_now_ + 1;
    units_now_ += packer.count;
    history_.integer(1, packer.first).integer(2, packer.count).integer(3, packer.at).integer(4, packer.flow).integer(5, plan_).blob(6, packer.blob).run();
}

Writer::Ended Writer::quarantine_row(No channel, RowId row, std::string_view why) {
    p_.appender.start();
    return transaction([&] {
        Statement raw(p_.database, "SELECT mid, at, type, headers, body FROM " + channel_table(channel) + " WHERE id=?");
        raw.integer(1, row);
        std::string bytes;
        if (raw.step())
            for (int column = 0; column < 5; ++column) bytes.append(raw.blob(column)).append(1, '\n');
        raw.reset();
        quarantine_.integer(1, p_.clock.wall()).text(2, p_.name(channel)).integer(3, row).text(4, why).blob(5, bytes).run();
        for (const No consumer : p_.channels.consumers(channel)) p_.positions.mark({Position::Sort::consumer, consumer, 0, row, row + 1});
        return true;
    });
}

}  // namespace weir
