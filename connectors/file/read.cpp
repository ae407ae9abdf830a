// file.read: whole files by a glob. Identity (device, inode, size, mtime) stands in the commit; moves come after it and are repeated at start (X4).
#include <algorithm>
#include <cerrno>
#include <unordered_map>
#include <unordered_set>

#include "connectors/file/parts.hpp"
#include "connectors/held.hpp"

namespace weir::file {
namespace {

constexpr std::size_t max_batch_bytes = std::size_t{16} << 20;

// A message's file and the memory of its `source`.
struct Whole {
    std::string name, path, bytes;  // bytes with json_padding behind, counted in its size
    Member facts[4];
};

std::uint64_t part_of(const FileStatus& s) {
    const std::uint64_t fields[] = {s.device, s.inode, s.size, static_cast<std::uint64_t>(s.modified)};
    return sha256_128("file.read part", {reinterpret_cast<const char*>(fields), sizeof fields}).a;
}
bool same(const FileStatus& a, const FileStatus& b) {
    return a.device == b.device && a.inode == b.inode && a.size == b.size && a.modified == b.modified;
}

class Read final : public std::enable_shared_from_this<Read> {
public:
    Read(ReadOptions options, No number, ConnectorWorld world) : options_(std::move(options)), number_(number), world_(world) {}
    void start(Inlet& inlet, std::vector<PartState> known) {
        inlet_ = &inlet;
        for (const PartState& state : known)
            if (state.low > 0) done_.insert(state.part);
        schedule(EngineTime::zero(), true);
    }
    void resume() {
        if (!over_ && !waiting_.empty()) schedule(EngineTime::zero(), false);
    }
    void settle(std::uint64_t ticket, Verdict verdict) {
        const auto found = taken_.find(ticket);
        if (found == taken_.end()) return;
        const Found file = std::move(found->second);
        taken_.erase(found);
        if (verdict == Verdict::done || verdict == Verdict::accepted) {
            done_.insert(part_of(file.status));
            put_away(file);
        } else {
            left_.insert(part_of(file.status));  // it stays; the next start offers it again
        }
    }
    void stop() {
        over_ = true;
        if (timer_ != 0) world_.executor.cancel(timer_);
        timer_ = 0;
    }

private:
    void schedule(EngineTime delay, bool looks) {
        if (delay == EngineTime::zero()) {
            if (scheduled_) return;
            scheduled_ = true;
            world_.executor.post([weak = weak_from_this(), looks] {
                const auto self = weak.lock();
                if (!self) return;
                self->scheduled_ = false;
                if (!self->over_) looks ? self->look() : self->step();
            });
            return;
        }
        timer_ = world_.executor.after(delay, [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self) return;
            self->timer_ = 0;
            if (!self->over_) self->look();
        });
    }

    void look() {
        GlobResult found = find_files(world_.files, options_.glob);
        if (found.error) {
            // A folder that isn't there yet is a mistake for one look, and something to wait for when looking again and again.
            const std::string why = explain(*found.error, folder_of(options_.glob).empty() ? "." : folder_of(options_.glob), world_.files.working_folder(), "folder");
            if (options_.every == 0) {
                over_ = true;
                return inlet_->failed({found.error->number, why});
            }
            warn_once(why);
        } else {
            warned_.clear();
        }
        if (found.others > 0) warn_once(shown(options_.glob) + ": links, pipes and devices are not read");
        if (found.cut) warn_once(shown(options_.glob) + ": more than 100000 files; the others come at a later look");
        bool unsettled = false;
        std::unordered_map<std::string, Seen> seen;
        std::unordered_set<std::uint64_t> there;
        for (Found& file : found.files) {
            const std::uint64_t part = part_of(file.status);
            there.insert(part);
            if (done_.count(part) != 0) {
                put_away(file);
                continue;
            }
            if (left_.count(part) != 0 || taken_.count(part) != 0) continue;
            if (file.status.size > max_file) {
                left_.insert(part);
                inlet_->warn(shown(file.path) + ": " + std::to_string(file.status.size) + " bytes are over the limit of 16 MiB for a whole file; it is left");
                continue;
            }
            if (options_.settled > 0 && !settled(file, seen)) {
                unsettled = true;
                continue;
            }
            waiting_.push_back(std::move(file));
        }
        seen_ = std::move(seen);
        if (!found.error && !found.cut) {  // what is gone from the folder need not be remembered
            std::erase_if(done_, [&](std::uint64_t part) { return there.count(part) == 0; });
            std::erase_if(left_, [&](std::uint64_t part) { return there.count(part) == 0; });
        }
        unsettled_ = unsettled;
        std::reverse(waiting_.begin(), waiting_.end());  // taken from the back
        step();
    }
    struct Seen {
        FileStatus status;
        EngineTime since{0};
    };
    bool settled(const Found& file, std::unordered_map<std::string, Seen>& seen) {
        const EngineTime now = world_.clock.engine();
        const auto before = seen_.find(file.path);
        Seen entry{file.status, now};
        if (before != seen_.end() && same(before->second.status, file.status)) entry.since = before->second.since;
        seen.emplace(file.path, entry);
        return (now - entry.since).count() >= options_.settled;
    }

    // Hands over what fits; then the look is over, or `resume` goes on.
    void step() {
        while (!waiting_.empty()) {
            const std::size_t room = inlet_->room();
            if (room == 0) return;
            std::vector<Delivery> batch;
            std::size_t bytes = 0;
            while (!waiting_.empty() && batch.size() < room && (batch.empty() || bytes + waiting_.back().status.size <= max_batch_bytes)) {
                const Found file = std::move(waiting_.back());
                waiting_.pop_back();
                if (take(file, batch)) bytes += static_cast<std::size_t>(file.status.size);
            }
            if (batch.empty()) continue;
            inlet_->deliver(std::move(batch));
            if (over_) return;
            if (!waiting_.empty()) return schedule(EngineTime::zero(), false);
        }
        if (options_.every > 0) {
            if (!unsettled_) inlet_->asked();
            if (timer_ == 0) schedule(EngineTime(unsettled_ ? std::min(options_.every, options_.settled) : options_.every), true);
        } else if (unsettled_) {
            if (timer_ == 0) schedule(EngineTime(options_.settled), true);
        } else {
            over_ = true;
            inlet_->ended();
        }
    }
    bool take(const Found& file, std::vector<Delivery>& batch) {
        auto whole = std::make_shared<Whole>();
        Result<std::unique_ptr<File>> open = world_.files.open(file.path, OpenMode::read);
        if (!open) {
            if (open.error().number != ENOENT) inlet_->warn(explain(open.error(), file.path, world_.files.working_folder(), "file"));
            return false;  // the next look finds it again
        }
        const auto size = static_cast<std::size_t>(file.status.size);
        whole->bytes.resize(size + json_padding);
        std::size_t filled = 0;
        while (filled < size) {
            const Result<std::size_t> got = (*open)->read_at(filled, std::span<char>(whole->bytes).subspan(filled, size - filled));
            if (!got) {
                inlet_->warn(got.error().text);
                return false;
            }
            if (*got == 0) break;
            filled += *got;
        }
        const Result<FileStatus> after = (*open)->status();
        if (!after || !same(*after, file.status) || filled != size) {
            inlet_->warn(shown(file.path) + ": changed while it was read; nothing was taken (`settled: 5s` waits until a file is whole)");
            return false;
        }
        whole->path = file.path;
        whole->name = name_of(file.path);
        whole->facts[0] = {Value::string("name"), Value::string(whole->name)};
        whole->facts[1] = {Value::string("path"), Value::string(whole->path)};
        whole->facts[2] = {Value::string("size"), Value::integer(static_cast<std::int64_t>(file.status.size))};
        whole->facts[3] = {Value::string("modified"), Value::nanoseconds(Kind::timestamp, file.status.modified)};
        const std::uint64_t part = part_of(file.status);
        Delivery d;
        d.message.source = Value::object(whole->facts, 4);
        d.message.source_owner = whole;
        d.message.body.bytes = std::string_view(whole->bytes).substr(0, size);
        d.message.body.owner = whole;
        d.message.body.format = options_.format.value_or(format_of(file.path, Format::bytes));
        const std::uint64_t fields[] = {file.status.device, file.status.inode, file.status.size, static_cast<std::uint64_t>(file.status.modified)};
        std::string prefix = "file";
        prefix += '\0';
        prefix += options_.name;
        prefix += '\0';
        prefix += file.path;
        prefix += '\0';
        d.message.meta.id = sha256_128(prefix, {reinterpret_cast<const char*>(fields), sizeof fields});
        d.message.meta.created = world_.clock.wall();
        d.position = {Position::Sort::source, number_, part, 0, 1};
        d.ticket = part;
        taken_.emplace(part, file);
        batch.push_back(std::move(d));
        return true;
    }

    // After the commit, or again at a later look. The file under that name must still be the one that is done.
    void put_away(const Found& file) {
        if (options_.done.empty()) return;
        const Result<FileStatus> now = world_.files.status(file.path);
        if (!now || !same(*now, file.status)) return;
        Result<Done> done = options_.remove ? world_.files.remove(file.path) : move(file);
        if (!done) return warn_once(done.error().text + "; the file is done and stays where it is for now");
        const std::string_view folder = folder_of(file.path);
        (void)world_.files.sync_folder(folder.empty() ? "." : std::string(folder));  // not in time: the next start moves it again
    }
    Result<Done> move(const Found& file) {
        if (!folder_made_) {
            Result<Done> made = world_.files.make_folder(options_.done);
            if (!made) return made;
            folder_made_ = true;
        }
        const std::string to = options_.done + (options_.done.ends_with('/') ? "" : "/") + std::string(name_of(file.path));
        Result<Done> moved = world_.files.rename(file.path, to, false);
        if (!moved && moved.error().number == EEXIST) {
            // Another file of that name is done already: both stay, this one under its identity.
            const Id128 id{part_of(file.status), 0};
            moved = world_.files.rename(file.path, to + "." + to_text(id).substr(0, 16), true);
        }
        if (!moved) return moved;
        return world_.files.sync_folder(options_.done);
    }
    void warn_once(const std::string& text) {
        if (warned_.size() < 1000 && warned_.insert(text).second) inlet_->warn(text);
    }

    ReadOptions options_;
    No number_;
    ConnectorWorld world_;
    Inlet* inlet_ = nullptr;
    std::unordered_set<std::uint64_t> done_, left_;         // by identity
    std::unordered_map<std::uint64_t, Found> taken_;        // delivered, not settled
    std::unordered_map<std::string, Seen> seen_;            // not settled yet
    std::vector<Found> waiting_;                            // found, not delivered; the next one last
    std::unordered_set<std::string> warned_;
    std::uint64_t timer_ = 0;
    bool scheduled_ = false, over_ = false, unsettled_ = false, folder_made_ = false;
};

}  // namespace

std::unique_ptr<Source> read_source(ReadOptions options, No number, ConnectorWorld world) {
    return std::make_unique<Held<Read>>(std::make_shared<Read>(std::move(options), number, world));
}

}  // namespace weir::file
