// The store's writer thread: what waits goes into one set after the other, and between two sets time is kept, the log is written back, what is over goes.
#include <algorithm>

#include "engine/store/folder.hpp"
#include "engine/store/sqlite_store.hpp"

namespace weir {

namespace {

constexpr std::uint64_t page_size = 4096;
constexpr int large_log = 16384;  // pages: 64 MB (S1)
constexpr EngineTime each_minute = std::chrono::minutes(1);
constexpr std::chrono::milliseconds idle_turn{1000};
constexpr std::chrono::milliseconds burst_turn{1};

}  // namespace

void SqliteStore::run() {
    for (;;) {
        bool idle = false;
        {
            std::unique_lock lock(mutex_);
            const bool some = ready_.wait_for(lock, idle_turn, [&] { return broken_ || (visitors_ == 0 && (stopping_ || !queue_.empty() || !deeds_.empty() || !bad_.empty())); });
            if (broken_ && !stopping_) return;
            if (!some && visitors_ > 0) continue;
            idle = !some;
            // In the middle of a burst: as long as more comes, up to what a set holds. Each commit costs its syncs, however little is in it.
            for (std::uint64_t pushed = 0; some && queue_.expects_more(SetLimits{}) && deeds_.empty() && bad_.empty() && pushed != queue_.pushed();) {
                pushed = queue_.pushed();
                ready_.wait_for(lock, burst_turn, [&] { return stopping_ || broken_ || !queue_.expects_more(SetLimits{}); });
            }
        }
        if (idle) {  // what is over goes, and time is kept, although nobody commits
            std::lock_guard use(use_);
            between(0, 0);
            continue;
        }
        if (!cycle()) break;
    }
    mark_clean();
}

// False: stopping, and nothing is left; or broken.
bool SqliteStore::cycle() {
    std::vector<Job> jobs;
    std::vector<std::pair<No, BadRow>> bad;
    std::optional<DeedJob> deed;
    {
        std::lock_guard lock(mutex_);
        if (broken_) return false;
        jobs = queue_.take({});
        bad.swap(bad_);
        if (!deeds_.empty()) {
            deed = std::move(deeds_.front());
            deeds_.pop_front();
        }
        if (jobs.empty() && bad.empty() && !deed) return !stopping_;
    }
    std::size_t units = 0, bytes = 0;
    for (const Job& job : jobs) {
        units += job.commit.units.size();
        bytes += job.commit.size();
    }
    std::lock_guard use(use_);
    if (!jobs.empty() && !writer_->write(jobs)) {
        die("the store must stop: " + writer_->fatal());
        return false;
    }
    const bool no_room = !jobs.empty() && std::all_of(jobs.begin(), jobs.end(), [](const Job& job) { return std::all_of(job.fates.begin(), job.fates.end(), [](Fate fate) { return fate == Fate::waits; }); });
    if (no_room && give_up_ballast() && !writer_->write(jobs)) {
        die("the store must stop: " + writer_->fatal());
        return false;
    }
    auto fed = writer_->take_fed();
    finish(std::move(jobs));
    wake(fed, listeners_);
    wake(writer_->take_buried(), dead_listeners_);
    for (const auto& [channel, row] : bad) {
        warn_("row " + std::to_string(row.id) + " of `" + name_of_[channel] + "` went to quarantine: " + row.why);
        if (writer_->quarantine_row(channel, row.id, row.why) == Writer::Ended::broken) {
            die("the store must stop: " + writer_->fatal());
            return false;
        }
    }
    if (deed && !work_on(*deed)) {
        die("the store must stop: " + writer_->fatal());
        return false;
    }
    between(units, bytes);
    return true;
}

// One post for each executor, whatever the number of jobs.
void SqliteStore::finish(std::vector<Job> jobs) {
    using Answers = std::vector<std::pair<Then<Committed>, Committed>>;
    std::vector<std::pair<Executor*, Answers>> by_home;
    for (Job& job : jobs) {
        auto found = std::find_if(by_home.begin(), by_home.end(), [&](const auto& one) { return one.first == job.home; });
        if (found == by_home.end()) found = by_home.emplace(by_home.end(), job.home, Answers());
        found->second.emplace_back(std::move(job.then), Committed{std::move(job.fates), std::move(job.due), std::move(job.seen), std::move(job.why), std::move(job.commit)});
    }
    for (auto& [home, answers] : by_home)
        home->post([answers = std::move(answers)]() mutable {
            for (auto& [then, committed] : answers) then(std::move(committed));
        });
}

// `mutex_` guards what may be added to the lists.
void SqliteStore::wake(const std::vector<No>& fed, const std::multimap<No, std::shared_ptr<Listener>>& listeners) {
    if (fed.empty()) return;
    std::lock_guard lock(mutex_);
    for (const No channel : fed) {
        const auto [begin, end] = listeners.equal_range(channel);
        for (auto at = begin; at != end; ++at) {
            auto& listener = at->second;
            if (listener->posted.exchange(true)) continue;
            listener->home->post([listener] {
                listener->posted = false;  // before the call: what is put from here on wakes again
                listener->woken();
            });
        }
    }
}

// S5: the pages that are free inside the file count, because what is trimmed makes room there alone.
void SqliteStore::look_at_disk(std::size_t bytes) {
    written_ += bytes;
    const EngineTime now = clock_.engine();
    if (options_.folder.empty() || (now < next_look_ && written_ < look_after)) return;
    next_look_ = now + each_second;
    written_ = 0;
    const auto free = files_.free_bytes(options_.folder);
    if (!free) return;
    if (holds_ballast() && *free >= options_.low_space + 2 * options_.ballast && !files_.status(ballast_path(options_.folder)))
        if (auto made = make_ballast(options_.folder, options_.ballast); !made) warn_("nothing is held in reserve for a full disk: " + made.error().text);
    const std::uint64_t room = *free + static_cast<std::uint64_t>(database_->number("PRAGMA freelist_count")) * page_size;
    const DiskLevel level = room < options_.lower_space ? DiskLevel::lower : room < options_.low_space ? DiskLevel::low : DiskLevel::enough;
    const DiskLevel before = disk_.exchange(level, std::memory_order_relaxed);
    if (level > before) warn_("the disk of the store has " + std::to_string(room >> 20) + " MB left: history goes ahead of its time");
}

// S5: the disk is full. What is held goes, so that what is under way can still be acknowledged or put with the dead letters: nothing new comes, as
// sources and flows pause long before. False: there is nothing to give up, or it is not the disk.
bool SqliteStore::give_up_ballast() {
    if (!holds_ballast() || !files_.status(ballast_path(options_.folder))) return false;
    const auto free = files_.free_bytes(options_.folder);
    if (!free || *free >= options_.lower_space) return false;
    if (!files_.remove(ballast_path(options_.folder))) return false;
    disk_.store(DiskLevel::lower, std::memory_order_relaxed);
    warn_("the disk of the store is full: its reserve of " + std::to_string(options_.ballast >> 20) + " MB is given up for what is under way");
    return true;
}

void SqliteStore::between(std::size_t units, std::size_t bytes) {
    look_at_disk(bytes);
    checkpoint();
    trim(units);
    if (writer_->now().count() - meta_.engine_time >= each_minute.count()) {  // M1
        if (writer_->transaction([] { return true; }) == Writer::Ended::broken) die("the store must stop: " + writer_->fatal());
    }
    if (const auto now = clock_.engine(); now >= next_note_) {
        next_note_ = now + each_second;
        note_lock();
    }
    if (options_.inline_writer && keep_home_ != nullptr && !broken_) wake_to_keep(*keep_home_);
}

// C3, S9: it costs a sync of its own, so it happens once a second, and after each set only while rows wait to go in thousands.
void SqliteStore::trim(std::size_t units) {
    const auto now = clock_.engine();
    if (now < next_trim_) return;
    const std::int64_t wall = clock_.wall();
    const std::uint64_t most = std::max<std::uint64_t>(trimmed_at_once, 2 * units);  // faster than rows come
    bool more = false;
    const auto ended = writer_->transaction([&] {
        const std::uint64_t gone = channels_.trim(positions_, wall - options_.retention, most);
        more = gone == most;
        bool some = gone > 0;
        if (history_oldest_.step() && (disk_.load(std::memory_order_relaxed) != DiskLevel::enough || history_oldest_.integer(1) < wall - options_.history_retention)) {
            const std::uint64_t keep = history_oldest_.natural(0);
            history_oldest_.reset();
            history_trim_.integer(1, keep).run();
            arrival_trim_.integer(1, keep).run();
            rests_.trim_recorded(keep);
            some = more = true;
        }
        history_oldest_.reset();
        const std::uint64_t keys = rests_.trim_seen(writer_->now(), most);
        more = more || keys == most;
        return some || keys > 0;
    });
    if (ended == Writer::Ended::broken) die("the store must stop: " + writer_->fatal());
    const bool keeps_on = keep_pass(most);
    if ((ended != Writer::Ended::committed || !more) && !keeps_on) next_trim_ = now + each_second;
}

// Between commits, because it is the latency's tail. The log is reused from its beginning once it is backfilled and nobody reads it.
void SqliteStore::checkpoint() {
    if (options_.memory) return;
    const int frames = database_->log_frames();
    if (frames < backfilled_) backfilled_ = 0;
    if (frames - backfilled_ < options_.checkpoint_frames) return;
    if (disk_.load(std::memory_order_relaxed) != DiskLevel::enough) {  // what little room there is is not for writing back
        const auto free = files_.free_bytes(options_.folder);
        if (free && *free < static_cast<std::uint64_t>(frames - backfilled_) * page_size) return;
    }
    if (frames < large_log) {
        backfilled_ = database_->checkpoint(false).done;
    } else {
        auto quiet = readers_->pause();
        const auto done = database_->checkpoint(true);
        backfilled_ = done.code == 0 ? 0 : frames;
        if (done.code != 0 && frames >= 2 * warned_log_) {
            warned_log_ = frames;
            warn_("the store's log holds " + std::to_string(frames / 256) + " MB: another program reads the store and doesn't finish");
        }
    }
    if (database_->code() != 0 && database_->fault() == SqlFault::no_room) {  // the log stays as it is, and is written back when there is room
        database_->forget_error();
        return;
    }
    if (database_->code() != 0) die("the store must stop: its log can't be written back: " + database_->text());
}

void SqliteStore::note_lock() {
    if (lock_) (void)lock_->write({meta_.incarnation, meta_.epoch, meta_.commit_no});
}

void SqliteStore::mark_clean() {
    bool broken = false;
    Task then;
    {
        std::lock_guard lock(mutex_);
        if (stopped_) return;
        stopped_ = true;
        broken = broken_;
        then = std::move(stopped_then_);
    }
    if (!broken) {
        std::lock_guard use(use_);
        const auto ended = writer_->transaction([&] { return database_->exec("UPDATE meta SET clean=1"); });
        if (ended == Writer::Ended::committed) {
            if (!options_.memory) database_->checkpoint(true);
            note_lock();
        } else {
            warn_("the store could not be marked as ended in order: " + writer_->fatal());
        }
    }
    if (then) then();
}

}  // namespace weir
