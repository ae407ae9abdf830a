#include "engine/store/sqlite_store.hpp"

#include <algorithm>
#include <cassert>

#include "engine/store/folder.hpp"
#include "engine/store/letters.hpp"

namespace weir {

namespace {

constexpr EngineTime day = std::chrono::hours(24);

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

// A store without a thread of its own looks when it is asked.
DiskLevel SqliteStore::disk() {
    if (options_.inline_writer) {
        Visit visit(*this);
        next_look_ = {};
        look_at_disk(0);
    }
    return disk_.load(std::memory_order_relaxed);
}

}  // namespace weir
