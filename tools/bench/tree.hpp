#pragma once
// The yardstick's own JSON: one pass into a tree of 16-byte values, and back. It shares nothing with the product on purpose, accepts what the
// bench itself generates (doubles for every fraction, no big integers) and is as fast as we know how to write one.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weir::bench {

class Pool {
public:
    void* take(std::size_t bytes) {
        bytes = (bytes + 7) & ~std::size_t{7};
        if (static_cast<std::size_t>(end_ - at_) < bytes) [[unlikely]] {
            const std::size_t size = bytes > 16384 ? bytes : 16384;
            more_.push_back(std::make_unique<char[]>(size));
            at_ = more_.back().get();
            end_ = at_ + size;
        }
        void* taken = at_;
        at_ += bytes;
        return taken;
    }
    void reset() {
        if (!more_.empty()) more_.clear();
        at_ = first_;
        end_ = first_ + sizeof first_;
    }

private:
    std::vector<std::unique_ptr<char[]>> more_;
    alignas(16) char first_[8192];
    char* at_ = first_;
    char* end_ = first_ + sizeof first_;
};

enum class Tag : std::uint32_t { null, no, yes, integer, real, text, array, object };
struct Entry;
struct Tree {
    std::uint64_t head = 0;  // tag | length << 32, written in one store
    union {
        std::int64_t i;
        double d;
        const char* s;
        const Tree* items;
        const Entry* entries;
    };
    Tree() : i(0) {}
    Tree(Tag tag, std::size_t length) : head(static_cast<std::uint64_t>(tag) | static_cast<std::uint64_t>(length) << 32), i(0) {}
    static Tree text_of(const char* s, std::size_t length) {
        Tree t(Tag::text, length);
        t.s = s;
        return t;
    }
    static Tree real_of(double d) {
        Tree t(Tag::real, 0);
        t.d = d;
        return t;
    }
    Tag tag() const { return static_cast<Tag>(head & 0xffffffffu); }
    std::uint32_t length() const { return static_cast<std::uint32_t>(head >> 32); }
    std::string_view text() const { return {s, length()}; }
    double number() const { return tag() == Tag::integer ? static_cast<double>(i) : d; }
    inline const Tree* get(std::string_view key) const;  // nullptr: not there, or no object
};
struct Entry {
    const char* key = nullptr;
    std::size_t key_length = 0;
    Tree value;
};
inline const Tree* Tree::get(std::string_view key) const {
    if (tag() != Tag::object) return nullptr;
    for (std::uint32_t n = 0; n < length(); ++n)
        if (entries[n].key_length == key.size() && std::memcmp(entries[n].key, key.data(), key.size()) == 0) return &entries[n].value;
    return nullptr;
}

// Needs `tree_padding` readable bytes behind the text. Texts without escapes are views into it.
inline constexpr std::size_t tree_padding = 16;
class TreeReader {
public:
    bool read(const char* text, std::size_t length, Pool& pool, Tree& out);

private:
    bool value(Tree& out);
    bool text(const char*& s, std::size_t& length);
    bool escaped(const char* begin, const char*& s, std::size_t& length);
    bool number(Tree& out);
    bool object(Tree& out);
    bool array(Tree& out);
    void blanks() {
        if (static_cast<unsigned char>(*p_) > 32) [[likely]] return;
        while (p_ < e_ && (*p_ == ' ' || *p_ == '\n' || *p_ == '\t' || *p_ == '\r')) ++p_;
    }
    const char* p_ = nullptr;
    const char* e_ = nullptr;
    Pool* pool_ = nullptr;
    unsigned depth_ = 0;
    std::vector<Tree> items_;
    std::vector<Entry> entries_;
};

class TreeWriter {
public:
    TreeWriter() : buffer_(std::size_t{1} << 16, '\0') {}
    void write(const Tree& tree);
    void newline() {
        need(1);
        buffer_[at_++] = '\n';
    }
    std::string_view view() const { return {buffer_.data(), at_}; }
    void clear() { at_ = 0; }

private:
    void need(std::size_t bytes) {
        if (buffer_.size() - at_ < bytes) [[unlikely]] buffer_.resize((buffer_.size() + bytes) * 2);
    }
    void put(std::string_view bytes) {
        need(bytes.size());
        std::memcpy(buffer_.data() + at_, bytes.data(), bytes.size());
        at_ += bytes.size();
    }
    void text(std::string_view s);
    void escape(unsigned char c);
    void real(double d);
    std::string buffer_;
    std::size_t at_ = 0;
};

}  // namespace weir::bench
