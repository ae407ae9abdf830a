#pragma once
#include <cstring>
#include <memory>

#include "engine/ports/files.hpp"

namespace weir {

inline constexpr std::uint64_t max_line = std::uint64_t{16} << 20;   // library.md, Limits
inline constexpr std::size_t long_line_kept = std::size_t{64} << 10;

// Cuts a file into lines without copying them: it reads blocks, and a line is a view into its block, with json_padding readable bytes behind.
// Thread: one. Owner of the bytes: `block`, shared with whoever keeps a line. Promise: memory stays below max_line + two blocks, whatever comes.
class LineReader {
public:
    LineReader(std::unique_ptr<File> file, std::uint64_t offset);
    struct Line {
        std::string_view text;           // without its newline and a carriage return before it
        std::uint64_t at = 0, end = 0;   // [at, end) in the file, newline included
        std::uint64_t too_long = 0;      // its whole length, where it is over max_line: text is then its beginning
    };
    enum class State : std::uint8_t {
        more,    // go on with `cut`
        again,   // nothing there now
        end,
        failed,  // `error`
    };
    // The next whole line of the present block. False: `fill` first. Lines cut before `fill` stay valid with their block.
    bool cut(Line& line) {
        if (long_found_) [[unlikely]] return cut_long(line);
        if (skipping_) [[unlikely]] return false;
        const char* from = block_.get() + at_;
        const auto* newline = static_cast<const char*>(std::memchr(block_.get() + scanned_, '\n', filled_ - scanned_));
        if (newline == nullptr) {
            scanned_ = filled_;
            return false;
        }
        const auto length = static_cast<std::size_t>(newline - from);
        line.text = {from, length};
        if (length > 0 && newline[-1] == '\r') line.text.remove_suffix(1);
        line.at = block_offset_ + at_;
        at_ += length + 1;
        scanned_ = at_;
        line.end = block_offset_ + at_;
        line.too_long = length > max_line ? length : 0;
        return true;
    }
    State fill();                       // reads on, one block at most
    bool cut_last(Line& line);          // after `end`: what stands behind the last newline
    void jump(std::uint64_t offset);    // goes on there, further on in the file
    const std::shared_ptr<const char[]>& block() const { return shared_; }
    File& file() { return *file_; }
    const Error& error() const { return error_; }

private:
    bool cut_long(Line& line);
    void start_block(std::size_t capacity, std::string_view beginning);
    std::unique_ptr<File> file_;
    Error error_;
    std::shared_ptr<char[]> block_;
    std::shared_ptr<const char[]> shared_;
    std::size_t capacity_ = 0;
    std::size_t at_ = 0, scanned_ = 0, filled_ = 0;  // the next line; looked through for a newline; read
    std::uint64_t block_offset_ = 0;                 // of the block in the file
    // A line over max_line: its beginning stands at the block's, then chunks pass behind it.
    bool skipping_ = false, long_found_ = false;
    std::uint64_t long_at_ = 0, long_end_ = 0, long_read_ = 0;
};

}  // namespace weir
