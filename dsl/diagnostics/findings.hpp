#pragma once
#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/source/span.hpp"

namespace weir {

enum class Severity : std::uint8_t { error, warning };

// Every code stands once in codes.def with its title and its page for `weir explain`.
enum class Code : std::uint16_t {
#define WEIR_CODE(code, title, page) code,
#include "dsl/diagnostics/codes.def"
#undef WEIR_CODE
};
std::string_view name_of(Code code);   // "W0102"
std::string_view title_of(Code code);  // one line
std::string_view page_of(Code code);   // what `weir explain` prints

struct Label {
    Span at;
    std::string text;
};

struct Edit {
    Span at;
    std::string text;
};

struct Fix {
    std::string why;
    std::vector<Edit> edits;
};

// One thing that the author of a flow should know. The first line says the situation, `label` stands under the caret.
struct Finding {
    Severity severity = Severity::error;
    Code code{};
    Span at;
    std::string message;
    std::string label;
    std::vector<Label> labels;  // other places that matter
    std::vector<Fix> fixes;     // text that can be put in
    std::vector<std::string> help;
};

class Findings;

// Adds to the finding that was just made, so that a finding reads as one sentence where it is found.
class FindingBuilder {
public:
    FindingBuilder(std::vector<Finding>& all, std::size_t index) : all_(&all), index_(index) {}
    // The words under the caret of the finding itself.
    template <class... A> FindingBuilder& say(fmt::format_string<A...> text, A&&... a) {
        me().label = fmt::format(text, std::forward<A>(a)...);
        return *this;
    }
    template <class... A> FindingBuilder& label(Span at, fmt::format_string<A...> text, A&&... a) {
        me().labels.push_back({at, fmt::format(text, std::forward<A>(a)...)});
        return *this;
    }
    template <class... A> FindingBuilder& help(fmt::format_string<A...> text, A&&... a) {
        me().help.push_back(fmt::format(text, std::forward<A>(a)...));
        return *this;
    }
    FindingBuilder& replace(Span at, std::string_view text, std::string_view why);

private:
    Finding& me() { return (*all_)[index_]; }
    std::vector<Finding>* all_;
    std::size_t index_;
};

// Collects what is found in one pass over any number of files. Findings are never thrown.
class Findings {
public:
    template <class... A> FindingBuilder error(Code code, Span at, fmt::format_string<A...> text, A&&... a) {
        return add(Severity::error, code, at, fmt::format(text, std::forward<A>(a)...));
    }
    template <class... A> FindingBuilder warning(Code code, Span at, fmt::format_string<A...> text, A&&... a) {
        return add(Severity::warning, code, at, fmt::format(text, std::forward<A>(a)...));
    }
    FindingBuilder add(Severity severity, Code code, Span at, std::string message);
    std::vector<Finding>& all() { return all_; }
    const std::vector<Finding>& all() const { return all_; }
    bool has_errors() const;
    // Sorts by place and removes the second of two findings with the same place and code.
    void settle();

private:
    std::vector<Finding> all_;
};

}  // namespace weir
