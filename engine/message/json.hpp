#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/message/arena.hpp"
#include "engine/message/value.hpp"

namespace weir {

struct JsonError {
    std::size_t at = 0;  // byte
    const char* what = "";
};

// Reads JSON (RFC 8259) in one pass into a tree. Strings without escapes and all numbers are views into the text, which must outlive the
// tree and have `json_padding` readable bytes behind its end. Depth is limited (64). Numbers stay text (number_text). Duplicate keys stay.
// Thread: one; reuse it, its stacks stay warm.
inline constexpr std::size_t json_padding = 32;
class JsonReader {
public:
    static constexpr unsigned default_depth = 64;
    // False: `error` says where and why.
    bool read(std::string_view padded_text, Arena& arena, Value& out, unsigned max_depth = default_depth);
    const JsonError& error() const { return error_; }

private:
    friend struct JsonPass;
    friend class FieldReader;
    void make_room(unsigned max_depth);
    std::vector<Value> values_;
    std::vector<Member> members_;
    std::vector<std::uint64_t> frames_;
    JsonError error_;
};

// Appends the value as JSON: number_text as it came, double with an exponent, timestamp RFC 3339, bytes base64, duration `90s` as texts
// (semantics C1). `missing` is written as null. Numbers that are not finite: the caller has refused them.
void write_json(std::string& out, const Value& value);
void write_json_string(std::string& out, std::string_view text);
void write_json_pretty(std::string& out, const Value& value);

// What a number_text is: integer, else decimal (digits <= 38), else real for an exponent. False: it can't be computed with (over 38 digits,
// not finite, beyond range); `why` says it.
bool compute_number(const Value& number_text, Arena& arena, Value& out, const char*& why);

}  // namespace weir
