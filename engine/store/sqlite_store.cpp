#include "engine/store/sqlite_store.hpp"

#include <algorithm>
#include <cassert>

#include "engine/store/folder.hpp"
#include "engine/store/letters.hpp"

namespace weir {

namespace {

constexpr std::uint64_t trimmed_at_once = 2000;
constexpr std::size_t look_after = 16u << 20;
constexpr std::uint64_t page_size = 4096;
constexpr int large_log = 16384;  // pages: 64 MB (S1)
constexpr EngineTime each_second = std::chrono::seconds(1), each_minute = std::chrono::minutes(1), day = std::chrono::hours(24);
constexpr std::chrono::milliseconds idle_turn{1000};
constexpr std::chrono::milliseconds burst_turn{1};

}  // namespace

// The writer lets visitors in between two sets.
struct SqliteStore::Visit {
    SqliteStore& store;
    std::unique_lock<std::mutex> use;
    explicit Visit(SqliteStore& s) : store(s) {
        {
            std::lock_guard lock(store.mutex_);
            ++store.visitors_;
        }
        use = std::unique_lock(store.use_);
    }
    ~Visit() {
        use.unlock();
        std::lock_guard lock(store.mutex_);
        if (--store.visitors_ == 0) store.ready_.notify_one();
    }
};

// M1: the time that passed while no engine ran counts, as far as the wall clock went on.
static EngineTime credit_of(const StoreMeta& meta, const Clock& clock) {
    return EngineTime(meta.engine_time + std::max<std::int64_t>(0, clock.wall() - meta.wall_time)) - clock.engine();
}

Result<std::unique_ptr<Store>> SqliteStore::make(Opened opened, Files& files, Clock& clock, std::function<void(std::string)> fatal,
                                                 std::function<void(std::string)> warn) {
    std::unique_ptr<SqliteStore> store(new SqliteStore(std::move(opened), files, clock, std::move(fatal), std::move(warn)));
    std::string why;
    if (!store->load(why)) return Error{0, "the store `" + store->options_.folder + "` can't be read: " + why};
    if (const EngineTime away{store->clock_.wall() - store->meta_.wall_time}; away > day && store->meta_.commit_no > 0)
        store->warn_("the store was written last " + std::to_string(away / day) + " days ago by the clock on the wall: what waits for a time less far away is due now");
    store->note_lock();
    store->look_at_disk(look_after);
    if (!store->options_.inline_writer) store->thread_ = std::thread([raw = store.get()] { raw->run(); });
    return std::unique_ptr<Store>(std::move(store));
}

SqliteStore::SqliteStore(Opened opened, Files& files, Clock& clock, std::function<void(std::string)> fatal, std::function<void(std::string)> warn)
    : options_(std::move(opened.options)),
      files_(files),
      clock_(clock),
      fatal_(std::move(fatal)),
      warn_(std::move(warn)),
      lock_(std::move(opened.lock)),
      meta_(opened.meta),
      credit_(credit_of(opened.meta, clock)),
      database_(std::move(opened.database)),
      alive_(std::make_shared<SqliteStore*>(this)) {
    appender_ = std::make_unique<Appender>(*database_, files, clock, options_.memory ? std::string() : options_.folder + "/cut", warn_);
    writer_ = std::make_unique<Writer>(Writer::Parts{*database_, channels_, positions_, rests_, *appender_, clock, credit_, meta_, options_.memory,
                                                     [this](No no) { return no < name_of_.size() ? name_of_[no] : std::string(); }, warn_});
    if (!options_.memory) readers_.emplace(store_database_path(options_.folder), options_.vfs);
}

bool SqliteStore::load(std::string& why) {
    {
        Statement rows(*database_, "SELECT no, kind, name FROM name");
        while (rows.step()) {
            const No no = static_cast<No>(rows.integer(0));
            std::string name(rows.blob(2));
            if (name_of_.size() <= no) name_of_.resize(no + 1);
            name_of_[no] = name;
            names_.emplace(std::pair(static_cast<NameKind>(rows.integer(1)), std::move(name)), no);
        }
    }
    history_oldest_ = Statement(*database_, "SELECT id, at FROM hist ORDER BY id LIMIT 1 OFFSET 32");
    history_trim_ = Statement(*database_, "DELETE FROM hist WHERE id<?");
    arrival_trim_ = Statement(*database_, "DELETE FROM arrival WHERE id<?");
    writer_->use_plan(static_cast<std::uint64_t>(database_->number("SELECT max(no) FROM plan")));
    if (!channels_.load(*database_, why) || !positions_.load(*database_, why) || !rests_.load(*database_, meta_.due_no, meta_.seen_no, why) || !keeper_.load(*database_, why)) return false;
    why = database_->text();
    return database_->code() == 0;
}

SqliteStore::~SqliteStore() {
    if (thread_.joinable()) {
        {
            std::lock_guard lock(mutex_);
            broken_ = broken_ || !stopping_;  // nobody asked for what is pending
            ready_.notify_all();
        }
        thread_.join();
    }
}

void SqliteStore::die(const std::string& why) {
    {
        std::lock_guard lock(mutex_);
        if (broken_) return;
        broken_ = true;
    }
    fatal_(why);
}

void SqliteStore::settle(Writer::Ended ended, const char* doing) {
    if (ended == Writer::Ended::committed || ended == Writer::Ended::nothing) return;
    die(std::string("the store can't ") + doing + ": " + writer_->fatal());
}

No SqliteStore::number(NameKind kind, std::string_view name) {
    Visit visit(*this);
    const std::pair<NameKind, std::string> key(kind, name);
    const auto asked = [this](No no) {
        if (asked_.size() <= no) asked_.resize(no + 1);
        asked_[no] = 1;
        return no;
    };
    if (const auto found = names_.find(key); found != names_.end()) return asked(found->second);
    const No no = asked(static_cast<No>(std::max<std::size_t>(name_of_.size(), 1)));
    const auto ended = writer_->transaction([&] {
        Statement row(*database_, "INSERT INTO name(no, kind, name) VALUES(?,?,?)");
        row.integer(1, no).integer(2, static_cast<int>(kind)).text(3, name).run();
        std::unique_lock shape(shape_);
        if (kind == NameKind::channel) channels_.add(no);
        return true;
    });
    settle(ended, "keep a name");
    name_of_.resize(no + 1);
    name_of_[no] = std::string(name);
    names_.emplace(key, no);
    return no;
}

void SqliteStore::keep_plan(std::string_view hash, std::string_view texts) {
    Visit visit(*this);
    std::uint64_t no = 0;
    const auto ended = writer_->transaction([&] {
        Statement known(*database_, "SELECT no FROM plan WHERE hash=?");
        known.text(1, hash);
        if (known.step()) {
            no = known.natural(0);
            return false;
        }
        no = static_cast<std::uint64_t>(database_->number("SELECT ifnull(max(no), 0) + 1 FROM plan"));
        Statement row(*database_, "INSERT INTO plan(no, at, hash, texts) VALUES(?,?,?,?)");
        row.integer(1, no).integer(2, clock_.wall()).text(3, hash).blob(4, texts).run();
        return true;
    });
    settle(ended, "keep a plan");
    writer_->use_plan(no);
}

std::vector<PartState> SqliteStore::parts(Position::Sort sort, No no) {
    Visit visit(*this);
    return positions_.parts(sort, no);
}

std::uint64_t SqliteStore::tail(No channel) {
    std::shared_lock shape(shape_);
    return channels_.durable_tail(channel);
}

void SqliteStore::subscribe(No subscription, No channel, bool since_oldest) {
    Visit visit(*this);
    keeper_.forget(subscription);
    if (channels_.subscribed(subscription)) return;
    const RowId low = since_oldest ? channels_.first_row(channel) : channels_.durable_tail(channel) + 1;
    const auto ended = writer_->transaction([&] {
        Statement row(*database_, "INSERT INTO consumer(no, channel) VALUES(?,?)");
        row.integer(1, subscription).integer(2, channel).run();
        positions_.start_at(Position::Sort::consumer, subscription, 0, low);
        return true;
    });
    settle(ended, "keep a subscription");
    if (ended == Writer::Ended::committed) channels_.subscribe(subscription, channel);
    channels_.measure(positions_);
}

void SqliteStore::commit(Commit commit, Executor& home, Then<Committed> then) {
    bool post = false, wake = false;
    {
        std::lock_guard lock(mutex_);
        if (broken_) return;  // the process ends; nothing is acknowledged any more
        assert(!stopping_ && "a commit after stop");
        const bool was_empty = queue_.empty();
        queue_.push({std::move(commit), &home, std::move(then), {}, {}, {}, {}});
        post = options_.inline_writer && !posted_;
        if (post) posted_ = true;
        wake = !options_.inline_writer && (was_empty || !queue_.expects_more(SetLimits{}));
    }
    if (post) post_cycle(home);
    else if (wake) ready_.notify_one();
}

// One set for each task: what else is due on this executor gets its turn.
void SqliteStore::post_cycle(Executor& home) {
    home.post([weak = std::weak_ptr(alive_), &home] {
        const auto alive = weak.lock();
        if (!alive) return;
        SqliteStore& self = **alive;
        self.cycle();
        {
            std::lock_guard lock(self.mutex_);
            self.posted_ = (!self.queue_.empty() || !self.deeds_.empty()) && !self.broken_;
            if (!self.posted_) return;
        }
        self.post_cycle(home);
    });
}

Result<std::vector<Row>> SqliteStore::read(No channel, RowId after, std::size_t rows, std::size_t bytes) { return read_as(std::nullopt, channel, after, rows, bytes); }
Result<std::vector<Row>> SqliteStore::take(No subscription, No channel, RowId after, std::size_t rows, std::size_t bytes) { return read_as(subscription, channel, after, rows, bytes); }

Result<std::vector<Row>> SqliteStore::read_as(std::optional<No> subscription, No channel, RowId after, std::size_t rows, std::size_t bytes) {
    {
        std::shared_lock shape(shape_);
        if (!channels_.has(channel)) return Error{0, "a channel that the store doesn't know"};
        if (after >= channels_.durable_tail(channel)) return std::vector<Row>();
    }
    std::vector<BadRow> bad;
    std::vector<Row> found;
    // What somebody takes does not go unread meanwhile (C6).
    const auto take = [&] {
        if (subscription && keeper_.keeps(channel) && !found.empty()) keeper_.taken(*subscription, found.back().id + 1);
    };
    if (readers_) {
        std::unique_lock<std::mutex> reading;
        if (subscription && keeper_.some()) reading = keeper_.reading();
        if (reading && !keeper_.keeps(channel)) reading.unlock();
        auto read = readers_->read(channel, after, rows, bytes, bad);
        if (!read) return read;
        found = std::move(*read);
        if (reading) take();
    } else {
        Visit visit(*this);
        if (memory_reads_.size() <= channel) memory_reads_.resize(channel + 1);
        Statement& statement = memory_reads_[channel];
        if (!statement) statement = Statement(*database_, channel_rows_sql(channel));
        const auto reading = keeper_.reading();
        found = read_rows(statement, after, rows, bytes, bad);
        take();
    }
    if (!bad.empty()) {
        std::lock_guard lock(mutex_);
        for (BadRow& row : bad) bad_.emplace_back(channel, std::move(row));
        ready_.notify_one();
    }
    return found;
}

void SqliteStore::on_put(No channel, Executor& home, std::function<void()> woken) {
    auto listener = std::make_shared<Listener>();
    listener->home = &home;
    listener->woken = std::move(woken);
    std::lock_guard lock(mutex_);
    listeners_.emplace(channel, std::move(listener));
}

std::vector<DueRow> SqliteStore::due(No flow) {
    Visit visit(*this);
    return rests_.due_of(flow);
}
std::vector<SeenRow> SqliteStore::seen(No flow) {
    Visit visit(*this);
    return rests_.seen_of(flow, now());
}

Result<DueRow> SqliteStore::due_row(RowId id) {
    if (readers_) return readers_->due_row(id);
    Visit visit(*this);
    Statement row(*database_, due_row_sql());
    return one_due(row, id);
}
Result<StoredReply> SqliteStore::reply(RowId seen) {
    if (readers_) return readers_->reply(seen);
    Visit visit(*this);
    Statement row(*database_, seen_reply_sql());
    return one_reply(row, seen);
}

void SqliteStore::on_due(No flow, Executor& home, std::function<void()> woken) {
    auto listener = std::make_shared<Listener>();
    listener->home = &home;
    listener->woken = std::move(woken);
    std::lock_guard lock(mutex_);
    due_listeners_.emplace(flow, std::move(listener));
}

Result<std::vector<DeadRow>> SqliteStore::dead_letters(No flow, RowId after, std::size_t rows) {
    std::string name;
    {
        Visit visit(*this);
        name = flow < name_of_.size() ? name_of_[flow] : std::string();
        if (!readers_) {
            Statement statement(*database_, dead_rows_sql().c_str());
            return read_letters(statement, name, after, rows);
        }
    }
    return readers_->dead_letters(name, after, rows);
}
void SqliteStore::on_dead(No flow, Executor& home, std::function<void()> woken) {
    auto listener = std::make_shared<Listener>();
    listener->home = &home;
    listener->woken = std::move(woken);
    std::lock_guard lock(mutex_);
    dead_listeners_.emplace(flow, std::move(listener));
}

void SqliteStore::topic(No channel) {
    Visit visit(*this);
    channels_.topic(channel);
}

void SqliteStore::watch(No channel) {
    Visit visit(*this);
    channels_.watch(channel, positions_);
}

void SqliteStore::keep(No channel, Keep what, Executor& home, std::function<void(std::uint64_t)> removed) {
    Visit visit(*this);
    keeper_.set(channel, what, [&home, told = std::make_shared<std::function<void(std::uint64_t)>>(std::move(removed))](std::uint64_t rows) { home.post([told, rows] { (*told)(rows); }); }, channels_);
    if (!options_.inline_writer) return;
    if (keep_timer_ && keep_home_ == &home) home.cancel(keep_timer_number_);
    keep_timer_.reset();
    keep_home_ = &home;
    wake_to_keep(home);
}

Keeper::Parts SqliteStore::keep_parts() {
    return {channels_, positions_, *writer_, clock_, [this](No no) { return no < name_of_.size() ? name_of_[no] : std::string(); }};
}

bool SqliteStore::keep_pass(std::uint64_t most) {
    bool more = false;
    if (keeper_.pass(keep_parts(), most, more)) return more;
    die("the store must stop: " + writer_->fatal());
    return false;
}

// Without a thread of its own the store is woken when something is due, so that virtual time finds it done. `again`: what is still due could not go.
void SqliteStore::wake_to_keep(Executor& home, bool again) {
    auto due = keeper_.next(keep_parts());
    if (!due) return;
    const EngineTime now = writer_->now();
    due = std::max(*due, again ? now + each_second : now);
    if (keep_timer_ && *keep_timer_ <= *due) return;
    if (keep_timer_) home.cancel(keep_timer_number_);
    keep_timer_ = due;
    keep_timer_number_ = home.after(*due - now, [weak = std::weak_ptr(alive_), &home] {
        const auto alive = weak.lock();
        if (!alive) return;
        SqliteStore& self = **alive;
        self.keep_timer_.reset();
        {
            std::lock_guard use(self.use_);
            while (self.keep_pass(trimmed_at_once)) {
            }
        }
        self.wake_to_keep(home, true);
    });
}

std::vector<Suspect> SqliteStore::suspects(const std::vector<Suspect>& named) {
    Visit visit(*this);
    settle(writer_->transaction([&] { return rests_.accuse(named, now()); }), "keep which messages the last engine died in");
    return rests_.suspects();
}

void SqliteStore::act(Deed deed, Executor& home, Then<Deeds> then) {
    bool post = false;
    {
        std::lock_guard lock(mutex_);
        if (broken_) return;
        if (stopping_) {
            home.post([then = std::move(then)]() mutable { then({0, "the engine is stopping"}); });
            return;
        }
        DeedJob job;
        job.deed = std::move(deed);
        job.home = &home;
        job.then = std::move(then);
        deeds_.push_back(std::move(job));
        post = options_.inline_writer && !posted_;
        if (post) posted_ = true;
    }
    if (post) post_cycle(home);
    else if (!options_.inline_writer) ready_.notify_one();
}

// One portion; what the flows want committed comes before the next.
bool SqliteStore::work_on(DeedJob& job) {
    const DeedParts parts{*database_, channels_, positions_, rests_, *writer_,
                          [this](NameKind kind, std::string_view name) -> std::optional<No> {
                              const auto found = names_.find(std::pair(kind, std::string(name)));
                              return found == names_.end() ? std::nullopt : std::optional(found->second);
                          },
                          [this](No no) { return no < asked_.size() && asked_[no] != 0; }, meta_.secret};
    DeedStep step = carry_on(parts, job);
    if (step.broken) return false;
    channels_.recount();
    channels_.measure(positions_);
    wake(step.woken, due_listeners_);
    if (step.more) {
        std::lock_guard lock(mutex_);
        deeds_.push_front(std::move(job));
    } else {
        job.home->post([then = std::move(job.then), done = std::move(job.done)]() mutable { then(std::move(done)); });
    }
    return true;
}

void SqliteStore::stop(Task then) {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        stopped_then_ = std::move(then);
        ready_.notify_all();
    }
    if (!options_.inline_writer) return;
    while (cycle()) {
    }
    mark_clean();
}

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
        bytes += job.commit.bytes.size();
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
        found->second.emplace_back(std::move(job.then), Committed{std::move(job.fates), std::move(job.due), std::move(job.seen), std::move(job.why)});
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

// A store without a thread of its own looks when it is asked.
DiskLevel SqliteStore::disk() {
    if (options_.inline_writer) {
        Visit visit(*this);
        next_look_ = {};
        look_at_disk(0);
    }
    return disk_.load(std::memory_order_relaxed);
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
