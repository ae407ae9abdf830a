#pragma once
// The store: glue of its parts, the writer's thread, and what is posted back.
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <thread>

#include "engine/store/deed.hpp"
#include "engine/store/keep.hpp"
#include "engine/store/lock.hpp"
#include "engine/store/options.hpp"
#include "engine/store/readers.hpp"
#include "engine/store/writer.hpp"

namespace weir {

class SqliteStore final : public Store {
public:
    struct Opened {
        StoreOptions options;
        std::optional<StoreLock> lock;  // none in memory
        std::unique_ptr<Database> database;
        StoreMeta meta;
    };
    static Result<std::unique_ptr<Store>> make(Opened opened, Files& files, Clock& clock, std::function<void(std::string)> fatal, std::function<void(std::string)> warn);
    ~SqliteStore() override;

    No number(NameKind kind, std::string_view name) override;
    void keep_plan(std::string_view hash, std::string_view texts) override;
    std::vector<PartState> parts(Position::Sort sort, No no) override;
    std::uint64_t tail(No channel) override;
    void subscribe(No subscription, No channel, bool since_oldest) override;
    void commit(Commit commit, Executor& home, Then<Committed> then) override;
    Result<std::vector<Row>> read(No channel, RowId after, std::size_t rows, std::size_t bytes) override;
    void on_put(No channel, Executor& home, std::function<void()> woken) override;
    EngineTime now() const override { return clock_.engine() + credit_; }
    std::vector<DueRow> due(No flow) override;
    Result<DueRow> due_row(RowId id) override;
    std::vector<SeenRow> seen(No flow) override;
    Result<StoredReply> reply(RowId seen) override;
    void on_due(No flow, Executor& home, std::function<void()> woken) override;
    Result<std::vector<DeadRow>> dead_letters(No flow, RowId after, std::size_t rows) override;
    void on_dead(No flow, Executor& home, std::function<void()> woken) override;
    void topic(No channel) override;
    void watch(No channel) override;
    std::uint64_t depth(No channel) const override {
        std::shared_lock shape(shape_);
        return channels_.depth(channel);
    }
    void keep(No channel, Keep what, Executor& home, std::function<void(std::uint64_t)> removed) override;
    Result<std::vector<Row>> take(No subscription, No channel, RowId after, std::size_t rows, std::size_t bytes) override;
    std::vector<Suspect> suspects(const std::vector<Suspect>& named) override;
    void act(Deed deed, Executor& home, Then<Deeds> then) override;
    void stop(Task then) override;
    DiskLevel disk() override;
    Id128 secret() const override { return secret_; }
    Id128 incarnation() const override { return incarnation_; }

private:
    static constexpr std::uint64_t trimmed_at_once = 2000;
    static constexpr std::size_t look_after = 16u << 20;  // bytes written, then the disk is looked at again (S5)
    static constexpr EngineTime each_second = std::chrono::seconds(1);
    struct Listener {
        Executor* home;
        std::function<void()> woken;
        std::atomic<bool> posted = false;
    };
    struct Visit;  // the database, for a thread that is not the writer's
    SqliteStore(Opened opened, Files& files, Clock& clock, std::function<void(std::string)> fatal, std::function<void(std::string)> warn);
    bool load(std::string& why);
    void run();          // the writer's thread
    bool cycle();        // one set and what comes between two; false: the end
    void post_cycle(Executor& home);
    bool work_on(DeedJob& job);  // false: broken
    void finish(std::vector<Job> jobs);
    void wake(const std::vector<No>& fed, const std::multimap<No, std::shared_ptr<Listener>>& listeners);
    void between(std::size_t units, std::size_t bytes);
    void look_at_disk(std::size_t bytes);
    bool holds_ballast() const { return options_.ballast > 0 && !options_.memory && options_.vfs.empty(); }
    bool give_up_ballast();
    void trim(std::size_t units);
    Keeper::Parts keep_parts();
    bool keep_pass(std::uint64_t most);  // true: more should go
    void wake_to_keep(Executor& home, bool again = false);
    Result<std::vector<Row>> read_as(std::optional<No> subscription, No channel, RowId after, std::size_t rows, std::size_t bytes);
    void checkpoint();
    void note_lock();
    void die(const std::string& why);
    void mark_clean();
    void settle(Writer::Ended ended, const char* doing);

    StoreOptions options_;
    Files& files_;
    Clock& clock_;
    std::function<void(std::string)> fatal_, warn_;
    std::optional<StoreLock> lock_;
    StoreMeta meta_;                 // the writer's, behind the opening
    const Id128 secret_ = meta_.secret, incarnation_ = meta_.incarnation;  // asked for from any thread
    const EngineTime credit_;
    std::unique_ptr<Database> database_;  // used by who holds use_
    Channels channels_;
    Positions positions_;
    Rests rests_;
    Keeper keeper_;
    std::unique_ptr<Appender> appender_;
    std::unique_ptr<Writer> writer_;
    std::optional<Readers> readers_;
    std::vector<Statement> memory_reads_;
    std::map<std::pair<NameKind, std::string>, No, std::less<>> names_;
    std::vector<std::string> name_of_;  // by number
    std::vector<char> asked_;           // by number: in this run
    Statement history_oldest_, history_trim_, arrival_trim_;

    std::mutex use_;             // the database and what stands above
    mutable std::shared_mutex shape_;  // the list of channels, which readers look at
    std::mutex mutex_;           // what stands below
    std::condition_variable ready_;
    JobQueue queue_;
    std::deque<DeedJob> deeds_;
    std::vector<std::pair<No, BadRow>> bad_;
    std::multimap<No, std::shared_ptr<Listener>> listeners_, due_listeners_, dead_listeners_;
    int visitors_ = 0;
    bool stopping_ = false, broken_ = false, posted_ = false, stopped_ = false;
    Task stopped_then_;

    EngineTime next_trim_{}, next_note_{}, next_look_{};
    std::optional<EngineTime> keep_timer_;  // with an inline writer: for when it is set, and its number
    std::uint64_t keep_timer_number_ = 0;
    Executor* keep_home_ = nullptr;
    std::size_t written_ = 0;  // bytes since the disk was looked at
    std::atomic<DiskLevel> disk_ = DiskLevel::enough;
    int backfilled_ = 0, warned_log_ = 0;
    std::shared_ptr<SqliteStore*> alive_;
    std::thread thread_;
};

}  // namespace weir
