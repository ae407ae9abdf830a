#include "connectors/lines.hpp"

#include <algorithm>

#include "engine/message/json.hpp"

namespace weir {
namespace {

constexpr std::size_t block_size = std::size_t{256} << 10;

}  // namespace

LineReader::LineReader(std::unique_ptr<File> file, std::uint64_t offset) : file_(std::move(file)), block_offset_(offset) { start_block(block_size, {}); }

void LineReader::start_block(std::size_t capacity, std::string_view beginning) {
    if (capacity == capacity_ && block_.use_count() == 2) {  // only we: `block_` and `shared_`
        std::memmove(block_.get(), beginning.data(), beginning.size());
    } else {
        std::shared_ptr<char[]> next(new char[capacity + json_padding]);
        if (!beginning.empty()) std::memcpy(next.get(), beginning.data(), beginning.size());
        block_ = std::move(next);
        shared_ = block_;
        capacity_ = capacity;
    }
    std::memset(block_.get() + beginning.size(), 0, json_padding);
    at_ = 0;
    scanned_ = filled_ = beginning.size();
}

LineReader::State LineReader::fill() {
    // A block that others read is not written to again, not even behind its last line: they may look into the padding there.
    const bool others = block_.use_count() > 2 && filled_ > 0;
    if (!skipping_ && (filled_ == capacity_ || others)) {
        const std::string_view rest(block_.get() + at_, filled_ - at_);
        const std::uint64_t rest_offset = block_offset_ + at_;
        if (rest.size() > max_line) {
            skipping_ = true;
            long_at_ = rest_offset;
            long_read_ = block_offset_ + filled_;
            start_block(long_line_kept + json_padding + block_size, rest.substr(0, long_line_kept));
        } else {
            start_block(std::max(block_size, std::min<std::size_t>(2 * rest.size(), max_line + block_size)), rest);
            block_offset_ = rest_offset;
        }
    }
    // The padding between the beginning of a long line and the chunks lets that beginning be read like any other line.
    const std::size_t to = skipping_ ? long_line_kept + json_padding : filled_;
    const std::uint64_t from = skipping_ ? long_read_ : block_offset_ + filled_;
    const Result<std::size_t> got = file_->read_at(from, std::span<char>(block_.get() + to, capacity_ - to));
    if (!got) {
        if (got.error().number == EAGAIN) return State::again;
        error_ = got.error();
        return State::failed;
    }
    if (*got == 0) return State::end;
    std::memset(block_.get() + to + *got, 0, json_padding);
    if (!skipping_) {
        filled_ += *got;
        return State::more;
    }
    const auto* newline = static_cast<const char*>(std::memchr(block_.get() + to, '\n', *got));
    if (newline == nullptr) {
        long_read_ += *got;
        return State::more;
    }
    at_ = scanned_ = static_cast<std::size_t>(newline + 1 - block_.get());
    filled_ = to + *got;
    long_end_ = long_read_ + (at_ - to);
    block_offset_ = long_end_ - at_;  // offsets behind the long line count on from here; it may wrap, the sums don't
    skipping_ = false;
    long_found_ = true;
    return State::more;
}

bool LineReader::cut_long(Line& line) {
    long_found_ = false;
    line = {{block_.get(), long_line_kept}, long_at_, long_end_, long_end_ - long_at_ - 1};
    return true;
}

bool LineReader::cut_last(Line& line) {
    if (skipping_) {
        skipping_ = false;
        line = {{block_.get(), long_line_kept}, long_at_, long_read_, long_read_ - long_at_};
        block_offset_ = long_read_;
        at_ = scanned_ = filled_ = 0;
        return true;
    }
    if (at_ == filled_) return false;
    line = {{block_.get() + at_, filled_ - at_}, block_offset_ + at_, block_offset_ + filled_, filled_ - at_ > max_line ? filled_ - at_ : 0};
    at_ = scanned_ = filled_;
    return true;
}

void LineReader::jump(std::uint64_t offset) {
    if (!skipping_ && !long_found_ && offset >= block_offset_ + at_ && offset <= block_offset_ + filled_) {
        at_ = scanned_ = static_cast<std::size_t>(offset - block_offset_);
        return;
    }
    skipping_ = long_found_ = false;
    start_block(block_size, {});
    block_offset_ = offset;
}

}  // namespace weir
