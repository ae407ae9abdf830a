#pragma once
// The append stage, one for the engine (X1, X2): the lines of a set of units go to their files, each file is synced once, and the transaction
// that follows records the lengths. What a crash leaves behind a recorded length was never committed and is cut at the next opening.
// Owner: the writer. Thread: its own.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/ports/files.hpp"
#include "engine/ports/world.hpp"
#include "engine/store/sqlite.hpp"

namespace weir {

class Appender {
public:
    // `cut_folder` empty: nothing is ever cut off (a store in memory remembers no lengths).
    Appender(Database& database, Files& files, Clock& clock, std::string cut_folder, std::function<void(std::string)> warn);

    // A set: add lines, then flush. The number is good until the next `start`.
    void start();
    std::size_t slot(const std::string& path);
    // The text is not copied: it stays where it is until the flush.
    void line(std::size_t slot, std::string_view text) {
        Slot& to = set_[slot];
        to.bytes += text.size();
        if (!to.pieces.empty() && to.pieces.back().data() + to.pieces.back().size() == text.data()) to.pieces.back() = {to.pieces.back().data(), to.pieces.back().size() + text.size()};
        else to.pieces.push_back(text);
    }
    bool empty() const { return set_.empty(); }

    struct Failed {
        std::string path;
        std::string why;
    };
    // Writes and syncs every file of the set. After a failure all of them are as long as recorded again. The database's error may stick.
    std::optional<Failed> flush();
    std::uint64_t row(std::size_t slot) const { return set_[slot].file->row; }  // its number in file_out, after flush
    void write();      // the lengths, inside the transaction
    void adopt();      // COMMIT returned
    void cut_back();   // it did not

private:
    struct Open {
        std::string path;
        std::unique_ptr<File> file;
        std::uint64_t row = 0;
        std::uint64_t device = 0, inode = 0;
        std::uint64_t recorded = 0, length = 0;
        bool torn = false;  // cutting back failed: nothing is written before it succeeds
        std::uint64_t used = 0;
    };
    struct Slot {
        std::string path;
        std::vector<std::string_view> pieces;
        std::size_t bytes = 0;
        Open* file = nullptr;
    };
    Result<Open*> open(const std::string& path);
    std::optional<std::string> adjust(Open& open, const FileStatus& status);
    std::optional<std::string> keep_tail(const Open& open, std::uint64_t from, std::uint64_t to);
    void close_old();

    Database& database_;
    Files& files_;
    Clock& clock_;
    std::string cut_folder_;
    std::function<void(std::string)> warn_;
    std::unordered_map<std::string, std::unique_ptr<Open>> open_;
    std::vector<Slot> set_;
    std::unordered_map<std::string, std::size_t> by_path_;
    std::uint64_t set_no_ = 0;
    Statement find_, insert_, replace_, length_;
};

}  // namespace weir
