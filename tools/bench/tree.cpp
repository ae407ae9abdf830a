#include "tools/bench/tree.hpp"

#include <emmintrin.h>

#include <charconv>

namespace weir::bench {
namespace {

// Which of the 16 bytes at `p` end or interrupt a text: a quote, a backslash, a control character. `high`: which are not ASCII.
unsigned stops(const char* p, unsigned& high) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m128i control = _mm_set1_epi8(0x1f);
    const __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'))), _mm_cmpeq_epi8(_mm_min_epu8(x, control), x));
    high = static_cast<unsigned>(_mm_movemask_epi8(x));
    return static_cast<unsigned>(_mm_movemask_epi8(hit));
}

bool utf8(const char* s, const char* e) {
    while (s < e) {
        const auto c = static_cast<unsigned char>(*s);
        if (c < 0x80) {
            ++s;
            continue;
        }
        const int more = c >= 0xc2 && c <= 0xdf ? 1 : (c & 0xf0) == 0xe0 ? 2 : c >= 0xf0 && c <= 0xf4 ? 3 : 0;
        if (more == 0 || e - s <= more) return false;
        std::uint32_t point = c & (0x3fu >> more);
        for (int n = 1; n <= more; ++n) {
            const auto next = static_cast<unsigned char>(s[n]);
            if ((next & 0xc0) != 0x80) return false;
            point = point << 6 | (next & 0x3fu);
        }
        if ((more == 2 && (point < 0x800 || (point >= 0xd800 && point < 0xe000))) || (more == 3 && (point < 0x10000 || point > 0x10ffff))) return false;
        s += more + 1;
    }
    return true;
}

char* put_utf8(char* w, std::uint32_t c) {
    const auto byte = [&](std::uint32_t b) { *w++ = static_cast<char>(b); };
    if (c < 0x80) {
        byte(c);
    } else if (c < 0x800) {
        byte(0xc0 | c >> 6);
        byte(0x80 | (c & 63));
    } else if (c < 0x10000) {
        byte(0xe0 | c >> 12);
        byte(0x80 | (c >> 6 & 63));
        byte(0x80 | (c & 63));
    } else {
        byte(0xf0 | c >> 18);
        byte(0x80 | (c >> 12 & 63));
        byte(0x80 | (c >> 6 & 63));
        byte(0x80 | (c & 63));
    }
    return w;
}

unsigned digit(const char* p) { return static_cast<unsigned char>(*p) - unsigned{'0'}; }

}  // namespace

bool TreeReader::read(const char* text, std::size_t length, Pool& pool, Tree& out) {
    p_ = text;
    e_ = text + length;
    pool_ = &pool;
    depth_ = 0;
    items_.clear();
    entries_.clear();
    blanks();
    if (!value(out)) return false;
    blanks();
    return p_ == e_;
}

bool TreeReader::text(const char*& s, std::size_t& length) {  // behind the opening quote
    const char* begin = p_;
    bool high = false;
    for (;;) {
        unsigned not_ascii = 0;
        const unsigned hit = stops(p_, not_ascii);
        if (hit != 0) {
            const auto at = static_cast<unsigned>(__builtin_ctz(hit));
            high = high || (not_ascii & ((1u << at) - 1)) != 0;
            p_ += at;
            break;
        }
        high = high || not_ascii != 0;
        p_ += 16;
        if (p_ >= e_) return false;
    }
    if (p_ >= e_) return false;
    if (*p_ == '\\') return escaped(begin, s, length);
    if (*p_ != '"') return false;
    s = begin;
    length = static_cast<std::size_t>(p_++ - begin);
    return !high || utf8(s, s + length);
}

bool TreeReader::escaped(const char* begin, const char*& s, std::size_t& length) {
    const char* end = p_;
    while (end < e_ && *end != '"') end += *end == '\\' ? 2 : 1;
    if (end >= e_) return false;
    char* const made = static_cast<char*>(pool_->take(static_cast<std::size_t>(end - begin)));
    std::memcpy(made, begin, static_cast<std::size_t>(p_ - begin));
    char* w = made + (p_ - begin);
    const auto hex = [&](std::uint32_t& c) {
        const bool read = end - p_ >= 4 && std::from_chars(p_, p_ + 4, c, 16).ptr == p_ + 4;
        p_ += 4;
        return read;
    };
    while (p_ < end) {
        if (static_cast<unsigned char>(*p_) < 32) return false;
        if (*p_ != '\\') {
            *w++ = *p_++;
            continue;
        }
        ++p_;
        static constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
        const char letter = *p_++;
        if (letter == 'u') {
            std::uint32_t c = 0, low = 0;
            if (!hex(c)) return false;
            if (c >= 0xd800 && c < 0xdc00) {
                if (end - p_ < 6 || p_[0] != '\\' || p_[1] != 'u') return false;
                p_ += 2;
                if (!hex(low) || low < 0xdc00 || low > 0xdfff) return false;
                c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
            } else if (c >= 0xdc00 && c < 0xe000) {
                return false;
            }
            w = put_utf8(w, c);
        } else if (const auto at = letters.find(letter); at != std::string_view::npos) {
            *w++ = meant[at];
        } else {
            return false;
        }
    }
    s = made;
    length = static_cast<std::size_t>(w - made);
    p_ = end + 1;
    return utf8(s, s + length);
}

bool TreeReader::number(Tree& out) {
    static constexpr double tens[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    const char* begin = p_;
    const bool negative = *p_ == '-';
    if (negative) ++p_;
    const char* whole = p_;
    std::uint64_t digits = 0;
    while (digit(p_) < 10) digits = digits * 10 + digit(p_++);
    const auto before = p_ - whole;
    if (before == 0 || (before > 1 && *whole == '0')) return false;
    if (*p_ != '.' && *p_ != 'e' && *p_ != 'E') {
        if (before <= 18) [[likely]] {
            out = Tree(Tag::integer, 0);
            out.i = negative ? -static_cast<std::int64_t>(digits) : static_cast<std::int64_t>(digits);
            return true;
        }
    } else if (*p_ == '.') {
        const char* fraction = ++p_;
        while (digit(p_) < 10) digits = digits * 10 + digit(p_++);
        const auto behind = p_ - fraction;
        if (behind == 0) return false;
        if (before + behind <= 15 && *p_ != 'e' && *p_ != 'E') [[likely]] {
            const double d = static_cast<double>(digits) / tens[behind];
            out = Tree::real_of(negative ? -d : d);
            return true;
        }
    }
    double d = 0;
    const auto read = std::from_chars(begin, e_, d);
    if (read.ec != std::errc{}) return false;
    p_ = read.ptr;
    out = Tree::real_of(d);
    return true;
}

bool TreeReader::object(Tree& out) {
    ++p_;
    blanks();
    const std::size_t base = entries_.size();
    if (*p_ == '}') {
        ++p_;
    } else {
        for (;;) {
            Entry entry;
            if (*p_++ != '"' || !text(entry.key, entry.key_length)) return false;
            blanks();
            if (*p_++ != ':') return false;
            blanks();
            if (!value(entry.value)) return false;
            entries_.push_back(entry);
            blanks();
            const char next = *p_++;
            if (next == '}') break;
            if (next != ',') return false;
            blanks();
        }
    }
    const std::size_t count = entries_.size() - base;
    auto* made = static_cast<Entry*>(pool_->take(count * sizeof(Entry)));
    std::memcpy(static_cast<void*>(made), entries_.data() + base, count * sizeof(Entry));
    entries_.resize(base);
    out = Tree(Tag::object, count);
    out.entries = made;
    return true;
}

bool TreeReader::array(Tree& out) {
    ++p_;
    blanks();
    const std::size_t base = items_.size();
    if (*p_ == ']') {
        ++p_;
    } else {
        for (;;) {
            Tree item;
            if (!value(item)) return false;
            items_.push_back(item);
            blanks();
            const char next = *p_++;
            if (next == ']') break;
            if (next != ',') return false;
            blanks();
        }
    }
    const std::size_t count = items_.size() - base;
    auto* made = static_cast<Tree*>(pool_->take(count * sizeof(Tree)));
    std::memcpy(static_cast<void*>(made), items_.data() + base, count * sizeof(Tree));
    items_.resize(base);
    out = Tree(Tag::array, count);
    out.items = made;
    return true;
}

bool TreeReader::value(Tree& out) {
    const auto word = [&](std::string_view w, Tag tag) {
        if (static_cast<std::size_t>(e_ - p_) < w.size() || std::memcmp(p_, w.data(), w.size()) != 0) return false;
        p_ += w.size();
        out = Tree(tag, 0);
        return true;
    };
    switch (*p_) {
        case '"': {
            ++p_;
            const char* s = nullptr;
            std::size_t length = 0;
            if (!text(s, length)) return false;
            out = Tree::text_of(s, length);
            return true;
        }
        case '{':
        case '[': {
            if (++depth_ > 64) return false;
            const bool read = *p_ == '{' ? object(out) : array(out);
            --depth_;
            return read;
        }
        case 't': return word("true", Tag::yes);
        case 'f': return word("false", Tag::no);
        case 'n': return word("null", Tag::null);
        default: return number(out);
    }
}

void TreeWriter::escape(unsigned char c) {
    static constexpr char hex[] = "0123456789abcdef";
    char* w = buffer_.data() + at_;
    *w++ = '\\';
    if (c == '"' || c == '\\') {
        *w++ = static_cast<char>(c);
    } else if (c == '\n') {
        *w++ = 'n';
    } else {
        std::memcpy(w, "u00", 3);
        w += 3;
        *w++ = hex[c >> 4];
        *w++ = hex[c & 15];
    }
    at_ = static_cast<std::size_t>(w - buffer_.data());
}

void TreeWriter::text(std::string_view s) {
    need(s.size() * 6 + 2 + 16);
    buffer_[at_++] = '"';
    const char* p = s.data();
    const char* const e = p + s.size();
    while (e - p >= 16) {
        unsigned high = 0;
        const unsigned hit = stops(p, high);
        std::memcpy(buffer_.data() + at_, p, 16);
        const unsigned plain = hit == 0 ? 16 : static_cast<unsigned>(__builtin_ctz(hit));
        p += plain;
        at_ += plain;
        if (hit != 0) escape(static_cast<unsigned char>(*p++));
    }
    for (; p < e; ++p) {
        const auto c = static_cast<unsigned char>(*p);
        if (c >= 32 && c != '"' && c != '\\')
            buffer_[at_++] = *p;
        else
            escape(c);
    }
    buffer_[at_++] = '"';
}

// Numbers with up to three places, which is what orders hold, leave through an integer; the test is exact, the others go the long way.
void TreeWriter::real(double d) {
    need(40);
    char* w = buffer_.data() + at_;
    const double scaled = d * 1000.0;
    const bool small = scaled > -9e15 && scaled < 9e15;
    const std::int64_t k = small ? static_cast<std::int64_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5) : 0;
    if (small && k != 0 && static_cast<double>(k) / 1000.0 == d) {
        const std::uint64_t u = k < 0 ? static_cast<std::uint64_t>(-k) : static_cast<std::uint64_t>(k);
        if (k < 0) *w++ = '-';
        w = std::to_chars(w, w + 24, u / 1000).ptr;
        const auto f = static_cast<unsigned>(u % 1000);
        *w++ = '.';
        *w++ = static_cast<char>('0' + f / 100);
        if (f % 100 != 0) *w++ = static_cast<char>('0' + f / 10 % 10);
        if (f % 10 != 0) *w++ = static_cast<char>('0' + f % 10);
    } else {
        w = std::to_chars(w, w + 32, d).ptr;
    }
    at_ = static_cast<std::size_t>(w - buffer_.data());
}

void TreeWriter::write(const Tree& tree) {
    switch (tree.tag()) {
        case Tag::null: return put("null");
        case Tag::no: return put("false");
        case Tag::yes: return put("true");
        case Tag::text: return text(tree.text());
        case Tag::real: return real(tree.d);
        case Tag::integer: {
            need(24);
            char* w = buffer_.data() + at_;
            at_ += static_cast<std::size_t>(std::to_chars(w, w + 24, tree.i).ptr - w);
            return;
        }
        case Tag::array:
            put("[");
            for (std::uint32_t n = 0; n < tree.length(); ++n) {
                if (n != 0) put(",");
                write(tree.items[n]);
            }
            return put("]");
        case Tag::object:
            put("{");
            for (std::uint32_t n = 0; n < tree.length(); ++n) {
                if (n != 0) put(",");
                text({tree.entries[n].key, tree.entries[n].key_length});
                put(":");
                write(tree.entries[n].value);
            }
            return put("}");
    }
}

}  // namespace weir::bench
