#include "engine/store/append.hpp"

#include <algorithm>

namespace weir {

namespace {

constexpr std::size_t kept_open = 256;

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}
std::string name_of_file(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace

Appender::Appender(Database& database, Files& files, Clock& clock, std::string cut_folder, std::function<void(std::string)> warn)
    : database_(database), files_(files), clock_(clock), cut_folder_(std::move(cut_folder)), warn_(std::move(warn)) {
    find_ = Statement(database, "SELECT id, device, inode, born, length FROM file_out WHERE path=?");
    insert_ = Statement(database, "INSERT INTO file_out(path, device, inode, born, length) VALUES(?,?,?,?,?)");
    replace_ = Statement(database, "UPDATE file_out SET device=?, inode=?, born=?, length=? WHERE id=?");
    length_ = Statement(database, "UPDATE file_out SET length=? WHERE id=?");
}

void Appender::start() {
    set_.clear();
    by_path_.clear();
    ++set_no_;
}

std::size_t Appender::slot(const std::string& path) {
    const auto [found, fresh] = by_path_.try_emplace(path, set_.size());
    if (fresh) set_.push_back({path, {}, 0, nullptr});
    return found->second;
}

std::optional<Appender::Failed> Appender::flush() {
    for (Slot& slot : set_) {
        auto opened = open(slot.path);
        if (!opened) {
            Failed failed{slot.path, opened.error().text};
            cut_back();
            return failed;
        }
        slot.file = *opened;
        slot.file->used = set_no_;
    }
    for (Slot& slot : set_) {
        if (slot.bytes == 0) continue;
        slot.file->length += slot.bytes;  // whatever happens: cutting back looks at it
        if (auto done = slot.file->file->append_all(slot.pieces); !done) {
            Failed failed{slot.path, done.error().text};
            cut_back();
            return failed;
        }
    }
    for (Slot& slot : set_) {
        if (slot.bytes == 0) continue;
        if (auto done = slot.file->file->sync(); !done) {
            Failed failed{slot.path, done.error().text};
            cut_back();
            return failed;
        }
    }
    return std::nullopt;
}

void Appender::write() {
    for (const Slot& slot : set_)
        if (slot.file->length != slot.file->recorded) length_.integer(1, slot.file->length).integer(2, slot.file->row).run();
}

void Appender::adopt() {
    for (Slot& slot : set_)
        slot.file->recorded = slot.file->length;
    set_.clear();
    by_path_.clear();
    close_old();
}

void Appender::cut_back() {
    for (Slot& slot : set_) {
        if (!slot.file || slot.file->length == slot.file->recorded) continue;
        auto done = slot.file->file->truncate(slot.file->recorded);
        slot.file->torn = !done;
        if (done) slot.file->length = slot.file->recorded;
    }
    set_.clear();
    by_path_.clear();
}

void Appender::close_old() {
    if (open_.size() <= kept_open) return;
    std::vector<std::pair<std::uint64_t, std::string>> by_age;
    for (const auto& [path, open] : open_)
        if (!open->torn && open->used != set_no_) by_age.emplace_back(open->used, path);
    std::sort(by_age.begin(), by_age.end());
    for (std::size_t i = 0; i < by_age.size() && open_.size() > kept_open / 2; ++i) open_.erase(by_age[i].second);
}

Result<Appender::Open*> Appender::open(const std::string& path) {
    if (const auto found = open_.find(path); found != open_.end()) {
        Open& open = *found->second;
        if (open.torn) {
            if (auto done = open.file->truncate(open.recorded); !done) return done.error();
            open.torn = false;
            open.length = open.recorded;
        }
        // Somebody may have moved the file away (logrotate): what comes now belongs into the one at the path.
        const auto there = files_.status(path);
        if (there && there->inode == open.inode && there->device == open.device) {
            if (there->size == open.recorded) return &open;
            // Only what the engine wrote itself is ever cut back, so the length it starts from is recorded anew.
            warn_("`" + path + "` has another length than it was left with: another program writes it; appending goes on at its end");
            replace_.integer(1, open.device).integer(2, open.inode).integer(3, there->born).integer(4, there->size).integer(5, open.row).run();
            if (database_.code() != 0) return Error{0, database_.text()};
            open.recorded = open.length = there->size;
            return &open;
        }
        open_.erase(found);
    }
    const bool known = static_cast<bool>(files_.status(path));
    if (!known)
        if (auto made = files_.make_folder(folder_of(path)); !made) return made.error();
    auto file = files_.open(path, OpenMode::append, 0644);
    if (!file) return file.error();
    auto open = std::make_unique<Open>();
    open->path = path;
    open->file = std::move(*file);
    if (!open->file->lock_exclusive()) return Error{0, "`" + path + "` is being appended to by another program"};
    if (!known)
        if (auto done = files_.sync_folder(folder_of(path)); !done) return done.error();
    const auto status = open->file->status();
    if (!status) return status.error();
    if (status->sort != FileStatus::Sort::file) return Error{0, "`" + path + "` is not a file"};
    if (auto why = adjust(*open, *status)) return Error{0, *why};
    return open_.emplace(path, std::move(open)).first->second.get();
}

// Compares the file with what the store knows of it. Its row is durable before its first line is written: else a crash would leave lines
// that nobody knows to be uncommitted.
std::optional<std::string> Appender::adjust(Open& open, const FileStatus& status) {
    open.device = status.device;
    open.inode = status.inode;
    find_.text(1, open.path);
    bool known = false, same = false;
    std::uint64_t recorded = 0;
    if (find_.step()) {
        known = true;
        open.row = find_.natural(0);
        // An inode is soon given to another file: its birth tells them apart where the file system knows it.
        same = find_.natural(1) == status.device && find_.natural(2) == status.inode && find_.integer(3) == status.born;
        recorded = find_.natural(4);
    }
    find_.reset();
    if (same && status.size > recorded && !cut_folder_.empty()) {
        if (auto why = keep_tail(open, recorded, status.size)) return why;
        if (auto done = open.file->truncate(recorded); !done) return done.error().text;
        if (auto done = open.file->sync(); !done) return done.error().text;
        open.recorded = open.length = recorded;
        return std::nullopt;
    }
    open.recorded = open.length = status.size;
    if (same && status.size == recorded) return std::nullopt;
    if (known && same) warn_("`" + open.path + "` is shorter than it was left: somebody has cut it; appending goes on at its end");
    if (known && !same) warn_("`" + open.path + "` is another file than it was: somebody has rotated it; appending goes on at its end");
    if (known) {
        replace_.integer(1, status.device).integer(2, status.inode).integer(3, status.born).integer(4, status.size).integer(5, open.row).run();
    } else {
        insert_.text(1, open.path).integer(2, status.device).integer(3, status.inode).integer(4, status.born).integer(5, status.size).run();
        find_.text(1, open.path);
        if (find_.step()) open.row = find_.natural(0);
        find_.reset();
    }
    if (database_.code() != 0) return database_.text();
    return std::nullopt;
}

std::optional<std::string> Appender::keep_tail(const Open& open, std::uint64_t from, std::uint64_t to) {
    auto made = files_.make_folder(cut_folder_, 0700);
    if (!made) return made.error().text;
    const std::string name = cut_folder_ + "/" + name_of_file(open.path) + "." + std::to_string(clock_.wall());
    std::string kept = name;
    for (int more = 2; files_.status(kept); ++more) kept = name + "." + std::to_string(more);
    auto source = files_.open(open.path, OpenMode::read);
    if (!source) return source.error().text;
    auto copy = files_.open(kept, OpenMode::create_new, 0600);
    if (!copy) return copy.error().text;
    std::string buffer(std::min<std::uint64_t>(to - from, 1u << 16), '\0');
    for (std::uint64_t at = from; at < to;) {
        auto count = (*source)->read_at(at, buffer);
        if (!count) return count.error().text;
        if (*count == 0) break;
        if (auto done = (*copy)->append({buffer.data(), *count}); !done) return done.error().text;
        at += *count;
    }
    if (auto done = (*copy)->sync(); !done) return done.error().text;
    if (auto done = files_.sync_folder(cut_folder_); !done) return done.error().text;
    warn_("`" + open.path + "` had " + std::to_string(to - from) + " bytes behind its last commit; they were cut and stand in `" + kept + "`");
    return std::nullopt;
}

}  // namespace weir
