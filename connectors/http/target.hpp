#pragma once
// Paths: patterns that sources have, targets as they come, and targets as we send them. Pure.
#include <string>
#include <string_view>
#include <vector>

#include "engine/message/value.hpp"
#include "engine/ports/result.hpp"

namespace weir::http {

// `/orders/{id}`: segments, of which some are names. A `{name}` stands for one whole segment that is not empty.
class Pattern {
public:
    static Result<Pattern> read(std::string_view text);
    // `path`: as it came, without the query. `values`: the raw segments under the names, in order.
    bool fits(std::string_view path, std::vector<std::string_view>& values) const;
    const std::vector<std::string>& names() const { return names_; }
    const std::string& text() const { return text_; }
    const std::string& shape() const { return shape_; }   // the text with every name as `{}`: equal shapes take the same paths
    bool comes_before(const Pattern& other) const;        // constants before names, from the left

private:
    struct Segment {
        std::string text;
        bool name = false;
    };
    std::string text_, shape_;
    std::vector<Segment> segments_;
    std::vector<std::string> names_;
};

// %41 -> A, into `out`. False: a bad escape, or no UTF-8, or a NUL.
bool decode_percent(std::string_view text, bool plus_is_space, std::string& out);
// A path that nobody can read as another one: no `.` or `..` segment, also not escaped; escapes are well-formed.
bool plain_path(std::string_view path);
void encode_percent(std::string& out, std::string_view text, bool keep_slash);

// What a call asks for: base path, path and query of the call. False: `why`, and the call is `invalid`.
bool write_target(std::string& out, std::string_view base, std::string_view path, const Value* query, std::string& why);

}  // namespace weir::http
