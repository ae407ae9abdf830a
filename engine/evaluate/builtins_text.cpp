#include <re2/re2.h>

#include <algorithm>

#include "engine/evaluate/builtins.hpp"
#include "engine/evaluate/characters.hpp"
#include "engine/evaluate/compare.hpp"
#include "engine/message/sixteen_bytes.hpp"

namespace weir {

namespace {

using std::string_view;

bool contains(const Call& call, Value& out) {
    if (call.values[0].kind() == Kind::array) {
        out = Value::boolean(std::any_of(call.values[0].begin(), call.values[0].end(), [&](const Value& item) { return equal(item, call.values[1], call.arena()); }));
        return true;
    }
    string_view text, part;
    if (call.values[0].kind() != Kind::string) return call.wrong(0, "a string or an array");
    if (!call.text(0, text) || !call.text(1, part)) return false;
    out = Value::boolean(text.find(part) != string_view::npos);
    return true;
}
bool starts_with(const Call& call, Value& out) {
    string_view text, start;
    if (!call.text(0, text) || !call.text(1, start)) return false;
    out = Value::boolean(text.starts_with(start));
    return true;
}
bool ends_with(const Call& call, Value& out) {
    string_view text, end;
    if (!call.text(0, text) || !call.text(1, end)) return false;
    out = Value::boolean(text.ends_with(end));
    return true;
}
bool index_of(const Call& call, Value& out) {
    string_view text, part;
    if (!call.text(0, text) || !call.text(1, part)) return false;
    const std::size_t at = text.find(part);
    out = at == string_view::npos ? Value::null() : Value::integer(static_cast<std::int64_t>(count_characters(text.substr(0, at))));
    return true;
}

template <char from, char to> bool change_case(const Call& call, Value& out) {
    string_view text;
    if (!call.text(0, text)) return false;
    const std::size_t size = text.size();
    const auto change = [](__m128i x) {
        const __m128i place = _mm_sub_epi8(x, _mm_set1_epi8(from));
        const __m128i is_letter = _mm_cmpeq_epi8(_mm_min_epu8(place, _mm_set1_epi8(to - from)), place);
        return _mm_xor_si128(x, _mm_and_si128(is_letter, _mm_set1_epi8(0x20)));
    };
    char* const copy = static_cast<char*>(call.arena().take(size + short_text));  // written in whole pieces
    std::size_t at = 0;
    for (; size - at > short_text; at += short_text) store(copy + at, change(load(text.data() + at)));
    store(copy + at, change(load_short(text.data() + at, size - at)));
    out = Value::string({copy, size});
    return true;
}
bool capitalize(const Call& call, Value& out) {
    string_view text;
    if (!call.text(0, text)) return false;
    if (text.empty() || text[0] < 'a' || text[0] > 'z') {
        out = call.values[0];
        return true;
    }
    char* at = call.arena().copy(text);
    at[0] = static_cast<char>(at[0] ^ 0x20);
    out = Value::string({at, text.size()});
    return true;
}

bool trim(const Call& call, Value& out) {
    string_view text, characters = " \t\n\r\f\v";
    if (!call.text(0, text) || (call.given(1) && !call.text(1, characters))) return false;
    const auto is_trimmed = [&](string_view character) { return !character.empty() && characters.find(character) != string_view::npos; };
    while (is_trimmed(first_character(text))) text.remove_prefix(first_character(text).size());
    const auto last = [&] {
        std::size_t at = text.size();
        while (at > 0 && !begins_character(text[--at])) {
        }
        return text.substr(at);
    };
    while (is_trimmed(last())) text.remove_suffix(last().size());
    out = Value::string(text);
    return true;
}
bool trim_prefix(const Call& call, Value& out) {
    string_view text, prefix;
    if (!call.text(0, text) || !call.text(1, prefix)) return false;
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
    out = Value::string(text);
    return true;
}
bool trim_suffix(const Call& call, Value& out) {
    string_view text, suffix;
    if (!call.text(0, text) || !call.text(1, suffix)) return false;
    if (text.ends_with(suffix)) text.remove_suffix(suffix.size());
    out = Value::string(text);
    return true;
}

// Room for a text of `size` bytes, or null with the failure said.
char* room(const Call& call, std::size_t size) {
    if (size > max_text) {
        call.fail("the text is longer than 16 MB");
        return nullptr;
    }
    return static_cast<char*>(call.arena().take(size));
}
template <bool left> bool pad(const Call& call, Value& out) {
    string_view text, with = " ";
    std::int64_t length = 0;
    if (!call.text(0, text) || !call.integer(1, length) || (call.given(2) && !call.text(2, with))) return false;
    const auto have = static_cast<std::int64_t>(count_characters(text));
    if (count_characters(with) != 1) return call.fail("pads with one character", 2);
    if (length <= have) {
        out = call.values[0];
        return true;
    }
    const auto missing = static_cast<std::uint64_t>(length - have);
    if (missing > max_text) return call.fail("the text is longer than 16 MB");
    const std::size_t padding = missing * with.size();
    char* at = room(call, text.size() + padding);
    if (at == nullptr) return false;
    out = Value::string({at, text.size() + padding});
    char* pads = left ? at : at + text.size();
    std::memcpy(left ? at + padding : at, text.data(), text.size());
    for (std::size_t n = 0; n < missing; ++n, pads += with.size()) std::memcpy(pads, with.data(), with.size());
    return true;
}

bool split(const Call& call, Value& out) {
    string_view text, separator;
    std::int64_t limit = static_cast<std::int64_t>(max_items);
    if (!call.text(0, text) || !call.text(1, separator) || (call.given(2) && !call.integer(2, limit))) return false;
    if (separator.empty()) return call.fail("the separator is empty", 1);
    if (limit < 1) return call.fail("the limit is at least 1", 2);
    std::size_t count = 1;
    for (std::size_t at = text.find(separator); at != string_view::npos && count < static_cast<std::size_t>(limit); at = text.find(separator, at + separator.size())) ++count;
    if (count > max_items) return call.fail("the array has more than 1,000,000 items");
    Value* parts = call.arena().take_array<Value>(count);
    for (std::size_t n = 0; n + 1 < count; ++n) {
        const std::size_t at = text.find(separator);
        parts[n] = Value::string(text.substr(0, at));
        text.remove_prefix(at + separator.size());
    }
    parts[count - 1] = Value::string(text);
    if (count == max_items && text.find(separator) != string_view::npos && !call.given(2)) return call.fail("the array has more than 1,000,000 items");
    out = Value::array(parts, count);
    return true;
}
bool join(const Call& call, Value& out) {
    Value items;
    string_view separator;
    if (!call.array(0, items) || (call.given(1) && !call.text(1, separator))) return false;
    auto* texts = call.arena().take_array<string_view>(items.length());
    std::size_t size = 0;
    for (std::uint32_t n = 0; n < items.length(); ++n) {
        if (!scalar_text(items.a[n], call.arena(), texts[n])) return call.fail("item " + std::to_string(n) + " is " + a_kind(items.a[n]) + " and no text");
        size += texts[n].size() + (n > 0 ? separator.size() : 0);
        if (size > max_text) return call.fail("the text is longer than 16 MB");
    }
    char* at = static_cast<char*>(call.arena().take(size));
    out = Value::string({at, size});
    for (std::uint32_t n = 0; n < items.length(); ++n) {
        if (n > 0 && !separator.empty()) at = std::copy(separator.begin(), separator.end(), at);
        at = std::copy(texts[n].begin(), texts[n].end(), at);
    }
    return true;
}
bool replace(const Call& call, Value& out) {
    string_view text, old, with;
    if (!call.text(0, text) || !call.text(1, old) || !call.text(2, with)) return false;
    if (old.empty()) return call.fail("the text to be replaced is empty", 1);
    std::size_t count = 0;
    for (std::size_t at = text.find(old); at != string_view::npos; at = text.find(old, at + old.size())) ++count;
    if (count == 0) {
        out = call.values[0];
        return true;
    }
    const std::size_t size = text.size() - count * old.size() + count * with.size();
    char* to = room(call, size);
    if (to == nullptr) return false;
    out = Value::string({to, size});
    for (std::size_t at = text.find(old); at != string_view::npos; at = text.find(old)) {
        to = std::copy(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), to);
        to = std::copy(with.begin(), with.end(), to);
        text.remove_prefix(at + old.size());
    }
    std::copy(text.begin(), text.end(), to);
    return true;
}

// What stands from item `from` up to `to` of an array, bytes or a text; what lies outside is cut off.
bool part(const Call& call, std::int64_t from, std::int64_t to, Value& out) {
    const Value& of = call.values[0];
    const bool is_text = of.kind() == Kind::string;
    const auto length = static_cast<std::int64_t>(is_text ? count_characters(of.text()) : of.length());
    const auto settle = [&](std::int64_t at) { return std::clamp<std::int64_t>(at < 0 ? (at < -length ? 0 : at + length) : at, 0, length); };
    const auto begin = static_cast<std::size_t>(settle(from)), end = std::max(static_cast<std::size_t>(settle(to)), begin);
    if (of.kind() == Kind::array) {
        out = Value::array(of.a + begin, end - begin);
    } else if (is_text) {
        const std::size_t first = byte_of(of.text(), begin);
        const string_view rest = of.text().substr(first);
        out = Value::string(rest.substr(0, byte_of(rest, end - begin)));
    } else {
        out = Value::bytes(of.text().substr(begin, end - begin));
    }
    return true;
}
bool is_sliceable(const Call& call) {
    const Kind kind = call.values[0].kind();
    return kind == Kind::string || kind == Kind::bytes || kind == Kind::array || call.wrong(0, "a string, bytes or an array");
}
bool slice(const Call& call, Value& out) {
    std::int64_t from = 0, to = INT64_MAX;
    if (!is_sliceable(call) || !call.integer(1, from) || (call.given(2) && !call.integer(2, to))) return false;
    return part(call, from, to, out);
}
bool take(const Call& call, Value& out) {
    std::int64_t count = 0;
    if (!is_sliceable(call) || !call.integer(1, count)) return false;
    return part(call, 0, std::max<std::int64_t>(count, 0), out);
}
bool skip(const Call& call, Value& out) {
    std::int64_t count = 0;
    if (!is_sliceable(call) || !call.integer(1, count)) return false;
    return part(call, std::max<std::int64_t>(count, 0), INT64_MAX, out);
}
bool repeat(const Call& call, Value& out) {
    string_view text;
    std::int64_t count = 0;
    if (!call.text(0, text) || !call.integer(1, count)) return false;
    if (count < 0) return call.fail("the count is below 0", 1);
    if (!text.empty() && static_cast<std::uint64_t>(count) > max_text / text.size()) return call.fail("the text is longer than 16 MB");
    const std::size_t size = text.size() * (text.empty() ? 0 : static_cast<std::size_t>(count));
    char* at = static_cast<char*>(call.arena().take(size));
    out = Value::string({at, size});
    for (std::size_t done = 0; done < size; done += text.size()) std::memcpy(at + done, text.data(), text.size());
    return true;
}
bool truncate(const Call& call, Value& out) {
    string_view text;
    std::int64_t length = 0;
    if (!call.text(0, text) || !call.integer(1, length)) return false;
    if (length < 0) return call.fail("the length is below 0", 1);
    if (static_cast<std::uint64_t>(length) >= text.size() || static_cast<std::uint64_t>(length) >= count_characters(text)) {
        out = call.values[0];
        return true;
    }
    if (length == 0) {
        out = Value::string({});
        return true;
    }
    constexpr string_view ellipsis = "…";
    const string_view kept = text.substr(0, byte_of(text, static_cast<std::size_t>(length - 1)));
    char* at = static_cast<char*>(call.arena().take(kept.size() + ellipsis.size()));
    std::memcpy(at, kept.data(), kept.size());
    std::memcpy(at + kept.size(), ellipsis.data(), ellipsis.size());
    out = Value::string({at, kept.size() + ellipsis.size()});
    return true;
}
bool reverse(const Call& call, Value& out) {
    const Value& of = call.values[0];
    if (of.kind() == Kind::array) {
        Value* to = call.arena().take_array<Value>(of.length());
        std::reverse_copy(of.begin(), of.end(), to);
        out = Value::array(to, of.length());
        return true;
    }
    if (of.kind() != Kind::string) return call.wrong(0, "a string or an array");
    string_view text = of.text();
    char* to = static_cast<char*>(call.arena().take(text.size()));
    out = Value::string({to, text.size()});
    to += text.size();
    while (!text.empty()) {
        const string_view character = first_character(text);
        to -= character.size();
        std::memcpy(to, character.data(), character.size());
        text.remove_prefix(character.size());
    }
    return true;
}

std::unique_ptr<RE2> expression(string_view pattern) {
    RE2::Options options;
    options.set_log_errors(false);
    return std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
}
bool matches(const Call& call, Value& out) {
    string_view text, pattern;
    if (!call.text(0, text) || !call.text(1, pattern)) return false;
    const auto compiled = expression(pattern);
    if (!compiled->ok()) return call.fail("not a regular expression: " + compiled->error(), 1);
    out = Value::boolean(RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled));
    return true;
}

class Matches final : public Node {
public:
    Matches(NodePtr text, std::unique_ptr<RE2> pattern) : text_(std::move(text)), pattern_(std::move(pattern)) {}
    int test(Scope& scope) const override {
        Value room_for;
        const Value* text = fetch(*text_, scope, room_for);
        if (text == nullptr) return -1;
        if (!pattern_->ok()) {
            fail(scope, "`matches`: not a regular expression: " + pattern_->error());
            return -1;
        }
        if (text->kind() != Kind::string) {
            fail_at(scope, *text_, "`matches`: wants a string, and this is " + a_kind(*text));
            return -1;
        }
        return RE2::PartialMatch(re2::StringPiece(text->s, text->length()), *pattern_);
    }
    bool run(Scope& scope, Value& out) const override {
        const int result = test(scope);
        out = Value::boolean(result > 0);
        return result >= 0;
    }

private:
    NodePtr text_;
    std::unique_ptr<RE2> pattern_;
};

constexpr Implementation list[] = {
    {"contains", contains},
    {"starts_with", starts_with},
    {"ends_with", ends_with},
    {"index_of", index_of},
    {"lower", change_case<'A', 'Z'>},
    {"upper", change_case<'a', 'z'>},
    {"capitalize", capitalize},
    {"trim", trim},
    {"trim_prefix", trim_prefix},
    {"trim_suffix", trim_suffix},
    {"pad_left", pad<true>},
    {"pad_right", pad<false>},
    {"split", split},
    {"join", join},
    {"replace", replace},
    {"slice", slice},
    {"take", take},
    {"skip", skip},
    {"repeat", repeat},
    {"truncate", truncate},
    {"reverse", reverse},
    {"matches", matches},
};

}  // namespace

std::span<const Implementation> text_implementations() { return list; }
NodePtr make_matches(NodePtr text, std::string_view pattern) { return std::make_unique<Matches>(std::move(text), expression(pattern)); }

}  // namespace weir
