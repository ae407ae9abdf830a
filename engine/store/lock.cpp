#include "engine/store/lock.hpp"

#include <charconv>
#include <cstdio>

namespace weir {

namespace {

constexpr std::size_t note_size = 32 + 1 + 20 + 1 + 20 + 1;
// A status command looks at the lock by taking it for a moment; an engine that starts just then must not give up.
constexpr int tries = 50;

bool read_number(std::string_view text, int base, std::uint64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
    return error == std::errc() && end == text.data() + text.size();
}

}  // namespace

std::string lock_path(const std::string& folder) { return folder + "/lock"; }

std::string encode_note(const LockNote& note) {
    char text[note_size + 1];
    std::snprintf(text, sizeof text, "%016llx%016llx %020llu %020llu\n", static_cast<unsigned long long>(note.incarnation.a),
                  static_cast<unsigned long long>(note.incarnation.b), static_cast<unsigned long long>(note.epoch), static_cast<unsigned long long>(note.commit_no));
    return std::string(text, note_size);
}

bool decode_note(std::string_view text, LockNote& note) {
    return text.size() >= note_size && read_number(text.substr(0, 16), 16, note.incarnation.a) && read_number(text.substr(16, 16), 16, note.incarnation.b) &&
           read_number(text.substr(33, 20), 10, note.epoch) && read_number(text.substr(54, 20), 10, note.commit_no);
}

Result<StoreLock> StoreLock::take(Files& files, const std::string& folder) {
    const std::string path = lock_path(folder);
    StoreLock lock;
    if (auto before = files.open(path, OpenMode::read)) {
        char text[note_size];
        if (auto count = (*before)->read_at(0, text); count && *count == note_size) decode_note({text, note_size}, lock.before_);
    }
    auto opened = files.open(path, OpenMode::write, 0600);
    if (!opened) return opened.error();
    lock.file_ = std::move(*opened);
    bool locked = false;
    for (int i = 0; i < tries && !locked; ++i) locked = lock.file_->lock_exclusive();
    if (!locked) return Error{0, "the store `" + folder + "` is in use by another engine (its lock is `" + path + "`)"};
    const auto mine = lock.file_->status();
    const auto there = files.status(path);
    if (!mine) return mine.error();
    if (!there || there->inode != mine->inode || there->device != mine->device)
        return Error{0, "the lock `" + path + "` was replaced while it was taken: another program touches the store"};
    return lock;
}

}  // namespace weir
