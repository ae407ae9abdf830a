#pragma once
// What the store's tests stand on: a folder that goes, an executor that waits, commits in short words.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>

#include "engine/simulate/world.hpp"
#include "engine/store/open.hpp"
#include "engine/store/view.hpp"
#include "engine/system/files.hpp"

namespace weir::test {

struct Folder {
    std::string path;
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "weir-store-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path, ignored);
    }
    std::string store() const { return path + "/store"; }
    std::string file(const std::string& name) const { return path + "/" + name; }
};

inline std::string text_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
inline void put_text(const std::string& path, const std::string& text) {
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out << text;
}
inline unsigned mode_of(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777 : 0;
}

// Runs what was posted on the thread that waits.
class WaitingExecutor final : public Executor {
public:
    void post(Task task) override {
        std::lock_guard lock(mutex_);
        tasks_.push_back(std::move(task));
        ready_.notify_one();
    }
    std::uint64_t after(EngineTime, Task) override { return 0; }
    void cancel(std::uint64_t) override {}
    template <class Until> void run_until(Until until) {
        while (!until()) {
            Task task;
            {
                std::unique_lock lock(mutex_);
                REQUIRE(ready_.wait_for(lock, std::chrono::seconds(60), [&] { return !tasks_.empty(); }));
                task = std::move(tasks_.front());
                tasks_.pop_front();
            }
            task();
        }
    }
    std::size_t waiting() {
        std::lock_guard lock(mutex_);
        return tasks_.size();
    }

private:
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<Task> tasks_;
};

// Builds a commit, unit for unit.
struct Builder {
    Commit commit;
    explicit Builder(No flow, std::int64_t now = 1000) {
        commit.flow = flow;
        commit.now = now;
    }
    Slice slice(std::string_view text) {
        const Slice s{static_cast<std::uint32_t>(commit.bytes.size()), static_cast<std::uint32_t>(text.size())};
        commit.bytes += text;
        return s;
    }
    Builder& put(No channel, std::string_view body, std::string_view envelope = "e") {
        commit.puts.push_back({channel, {1, commit.puts.size() + 1}, 7, slice(envelope), slice(body)});
        return *this;
    }
    Builder& line(const std::string& path, std::string_view text) {
        std::uint32_t file = 0;
        while (file < commit.files.size() && commit.files[file].path != path) ++file;
        if (file == commit.files.size()) commit.files.push_back({path, {}});
        std::string& all = commit.files[file].text;
        commit.lines.push_back({file, {static_cast<std::uint32_t>(all.size()), static_cast<std::uint32_t>(text.size())}});
        all += text;
        return *this;
    }
    Builder& dead(std::string_view body, const std::string& why) {
        Dead d;
        d.failure.kind = FailureClass::invalid;
        d.failure.message = why;
        d.failure.flow = "f";
        d.failure.step = "f/validate";
        d.failure.path = "body.x";
        d.failure.attempts = 3;
        d.id = {5, 6};
        d.envelope = slice("env");
        d.body = slice(body);
        commit.dead.push_back(d);
        return *this;
    }
    Builder& due(EngineTime at, std::string_view body, RowId id = 0, std::optional<Key> key = {}) {
        Due d;
        d.id = id;
        d.at = at;
        d.mid = {7, commit.due.size() + 1};
        d.attempt = 2;
        d.key = key;
        d.envelope = slice("due-env");
        d.body = slice(body);
        d.source = slice("{\"path\":\"x\"}");
        d.memo = slice("memo");
        d.origin = 3;
        d.type = 11;
        commit.due.push_back(d);
        return *this;
    }
    Builder& seen(Key key, EngineTime until, std::uint16_t status = 0, std::string_view reply = {}) {
        Seen s;
        s.key = key;
        s.until = until;
        s.status = status;
        s.headers = slice(status ? "reply-headers" : "");
        s.body = slice(reply);
        s.format = 2;
        commit.seen.push_back(s);
        return *this;
    }
    Builder& recorded(std::uint64_t node, std::string_view body) {
        commit.recorded.push_back({node, slice(body)});
        return *this;
    }
    Builder& unit(Position position = {}, Outcome outcome = Outcome::done, std::uint32_t attempt = 1) {
        UnitWrite u;
        u.position = position;
        u.id = {9, commit.units.size() + 1};
        u.outcome = outcome;
        u.attempt = attempt;
        u.puts_end = static_cast<std::uint32_t>(commit.puts.size());
        u.lines_end = static_cast<std::uint32_t>(commit.lines.size());
        u.dead_end = static_cast<std::uint32_t>(commit.dead.size());
        u.due_end = static_cast<std::uint32_t>(commit.due.size());
        u.seen_end = static_cast<std::uint32_t>(commit.seen.size());
        u.recorded_end = static_cast<std::uint32_t>(commit.recorded.size());
        commit.units.push_back(u);
        return *this;
    }
};
inline Position consumed(No subscription, RowId row) { return {Position::Sort::consumer, subscription, 0, row, row + 1}; }
inline Position rested(No flow, RowId row) { return {Position::Sort::due, flow, 0, row, row + 1}; }
inline Position sourced(No source, std::uint64_t part, std::uint64_t at, std::uint64_t end) { return {Position::Sort::source, source, part, at, end}; }

// A store and its world.
struct Opened {
    PosixFiles real_files;
    Files* files = &real_files;
    VirtualClock clock;
    SeededRandom random{1};
    WaitingExecutor home;
    StoreOptions options;
    std::vector<std::string> warnings;
    std::string fatal;
    std::mutex mutex;
    std::unique_ptr<Store> store;

    explicit Opened(std::string folder, bool inline_writer = true) {
        options.folder = std::move(folder);
        options.inline_writer = inline_writer;
        // The builders' rows are of 1970: nothing is trimmed unless a test says how long rows stay.
        options.retention = options.history_retention = std::int64_t{1} << 62;
    }
    Result<Done> open() {
        auto opened = open_store(
            options, *files, clock, random,
            [this](std::string text) {
                std::lock_guard lock(mutex);
                fatal = std::move(text);
            },
            [this](std::string text) {
                std::lock_guard lock(mutex);
                warnings.push_back(std::move(text));
            });
        if (!opened) return opened.error();
        store = std::move(*opened);
        return Done{};
    }
    void must_open() {
        auto opened = open();
        REQUIRE_MESSAGE(opened, (opened ? std::string() : opened.error().text));
    }
    Committed commit(Commit commit) {
        std::optional<Committed> answer;
        store->commit(std::move(commit), home, [&](Committed committed) { answer = std::move(committed); });
        home.run_until([&] { return answer.has_value(); });
        return std::move(*answer);
    }
    Deeds act(Deed deed) {
        std::optional<Deeds> answer;
        store->act(std::move(deed), home, [&](Deeds deeds) { answer = std::move(deeds); });
        home.run_until([&] { return answer.has_value(); });
        return std::move(*answer);
    }
    void stop() {
        bool ended = false;
        store->stop([&] { home.post([&] { ended = true; }); });
        home.run_until([&] { return ended; });
        store.reset();
    }
    std::vector<std::string> bodies(No channel, RowId after = 0) {
        std::vector<std::string> out;
        auto rows = store->read(channel, after, 10000, SIZE_MAX);
        REQUIRE(rows);
        for (const Row& row : *rows) out.push_back(row.body);
        return out;
    }
    bool warned(std::string_view text) {
        std::lock_guard lock(mutex);
        for (const std::string& warning : warnings)
            if (warning.find(text) != std::string::npos) return true;
        return false;
    }
};

}  // namespace weir::test
