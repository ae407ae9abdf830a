#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/message/json.hpp"

namespace weir::sample {

// A text with exactly its padding behind it, and then a page that nobody may read: one byte too far ends the test program.
// What stands in the padding is chosen to tempt a reader that believes it.
class Padded {
public:
    explicit Padded(std::string_view text, char behind = '\0') : size_(text.size()) {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t needed = text.size() + json_padding, readable = (needed + page - 1) / page * page;
        mapped_ = readable + page;
        pages_ = mmap(nullptr, mapped_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (pages_ == MAP_FAILED || mprotect(static_cast<char*>(pages_) + readable, page, PROT_NONE) != 0) std::abort();
        begin_ = static_cast<char*>(pages_) + readable - needed;
        std::memcpy(begin_, text.data(), text.size());
        std::memset(begin_ + text.size(), behind, json_padding);
    }
    Padded(const Padded&) = delete;
    Padded& operator=(const Padded&) = delete;
    ~Padded() { munmap(pages_, mapped_); }
    std::string_view text() const { return {begin_, size_}; }

private:
    std::size_t size_, mapped_ = 0;
    void* pages_ = nullptr;
    char* begin_ = nullptr;
};

inline constexpr std::string_view temptations{"\0\"]}0,: n\\[{", 12};

// Writes JSON texts of all shapes, with spaces, escapes, text beyond ASCII and numbers of all forms.
class Texts {
public:
    explicit Texts(std::uint64_t seed) : random_(seed) {}
    unsigned below(std::size_t count) { return static_cast<unsigned>(random_() % count); }
    std::string next() {
        out_.clear();
        value(0);
        space();
        return out_;
    }
    // One to three small accidents. No NUL: the other reader takes it for the end of the text.
    std::string broken(std::string text) {
        static constexpr std::string_view pieces = "{}[]\",:\\/ \t\n0123456789-+.eEtrufalsn\x01\x1f\x7f\x80\xc3\xa4\xed\xa0\xf0\x9f\xff";
        for (unsigned i = below(3) + 1; i > 0; --i) {
            const std::size_t at = text.empty() ? 0 : below(text.size());
            switch (below(5)) {
                case 0:
                    if (!text.empty()) text.erase(at, 1 + below(3));
                    break;
                case 1: text.insert(at, 1, pieces[below(pieces.size())]); break;
                case 2:
                    if (!text.empty()) text[at] = pieces[below(pieces.size())];
                    break;
                case 3: text.resize(at); break;
                default: text.insert(at, text.substr(at / 2, below(8))); break;
            }
        }
        return text;
    }

private:
    void space() {
        while (below(4) == 0) out_ += " \n\t\r"[below(4)];
    }
    void digits() {
        for (unsigned i = below(4) == 0 ? below(24) : below(3); i > 0; --i) out_ += static_cast<char>('0' + below(10));
    }
    void number() {
        if (below(3) == 0) out_ += '-';
        if (below(5) == 0) {
            out_ += '0';
        } else {
            out_ += static_cast<char>('1' + below(9));
            digits();
        }
        if (below(3) == 0) {
            out_ += '.';
            out_ += static_cast<char>('0' + below(10));
            digits();
        }
        if (below(6) == 0) {
            out_ += "eE"[below(2)];
            if (below(2) == 0) out_ += "+-"[below(2)];
            out_ += static_cast<char>('0' + below(10));
            if (below(2) == 0) out_ += static_cast<char>('0' + below(10));
        }
    }
    void string() {
        static constexpr std::string_view escapes[] = {"\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0041", "\\u00e9", "\\u20AC", "\\ud83d\\ude00", "\\u0000"};
        static constexpr std::string_view others[] = {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\x7f", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"};
        out_ += '"';
        const unsigned flavour = below(4);
        for (unsigned i = below(5) == 0 ? below(200) : below(20); i > 0; --i) {
            const unsigned which = below(16);
            if (flavour == 0 && which < 2) {
                out_ += escapes[below(std::size(escapes))];
            } else if (flavour <= 1 && which < 4) {
                out_ += others[below(std::size(others))];
            } else {
                char c = static_cast<char>(' ' + below(95));
                if (c == '"' || c == '\\') c = '_';
                out_ += c;
            }
        }
        out_ += '"';
    }
    void value(unsigned depth) {
        space();
        switch (below(depth > 5 ? 6 : 10)) {
            case 0: out_ += "null"; break;
            case 1: out_ += below(2) == 0 ? "true" : "false"; break;
            case 2:
            case 3: number(); break;
            case 4:
            case 5: string(); break;
            case 6:
            case 7: {
                out_ += '[';
                for (unsigned i = below(6), n = i; i > 0; --i) {
                    if (i != n) out_ += ',';
                    value(depth + 1);
                    space();
                }
                space();
                out_ += ']';
                break;
            }
            default: {
                out_ += '{';
                for (unsigned i = below(6), n = i; i > 0; --i) {
                    if (i != n) out_ += ',';
                    space();
                    string();
                    space();
                    out_ += ':';
                    value(depth + 1);
                    space();
                }
                space();
                out_ += '}';
                break;
            }
        }
    }

    std::mt19937_64 random_;
    std::string out_;
};

}  // namespace weir::sample
