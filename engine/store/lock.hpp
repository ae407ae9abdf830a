#pragma once
// The lock of a store (O1): one engine at a time, held by flock for as long as this lives, and the file that a restored backup is told by.
#include <memory>
#include <string>

#include "engine/message/id.hpp"
#include "engine/ports/files.hpp"

namespace weir {

// What the lock file says: written at start, then about once a second, unsynced. So it is never ahead of the store, unless the store went back.
struct LockNote {
    Id128 incarnation;
    std::uint64_t epoch = 0, commit_no = 0;
};
std::string lock_path(const std::string& folder);
std::string encode_note(const LockNote& note);
bool decode_note(std::string_view text, LockNote& note);

class StoreLock {
public:
    // Fails where another engine has it, or where the file at the path is not the one that was locked.
    static Result<StoreLock> take(Files& files, const std::string& folder);
    const LockNote& before() const { return before_; }  // what stood there; all 0: nothing
    Result<Done> write(const LockNote& note) { return file_->write_at(0, encode_note(note)); }

private:
    std::unique_ptr<File> file_;
    LockNote before_;
};

}  // namespace weir
