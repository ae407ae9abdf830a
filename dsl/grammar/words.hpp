#pragma once
// The words of the language and what each may begin (grammar.md 2). Read by the parser, the formatter, the language server and the editors' grammars.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace weir::grammar {

enum WordFlag : std::uint16_t {
    reserved = 1,        // never a bare name
    clause_word = 2,     // begins a clause of a step; may begin a line
    header_word = 4,     // begins a header clause: a line of its own in a header
    declares = 8,        // begins a declaration
    action_word = 16,    // begins an action
    continues = 32,      // a line that begins with it continues the expression above
    completes = 64,      // an `or` before it is the `or` of a completion rule
    arm_line = 128,      // in a block of arms a line that begins with it is an arm
    state_word = 256,    // in a state a line that begins with it is an item of its own
    header_only = 512,   // begins a line in a header and nowhere else
};

struct WordEntry {
    std::string_view text;
    std::uint16_t flags;
};

inline constexpr WordEntry words[] = {
    {"after", clause_word | completes | state_word},
    {"again", 0},
    {"allow", clause_word | header_word | declares},
    {"and", reserved | continues},
    {"as", clause_word},
    {"batch", clause_word},
    {"become", action_word},
    {"by", clause_word},
    {"cached", clause_word},
    {"catch", reserved | continues},
    {"command", declares},
    {"compensate", action_word},
    {"complete", clause_word},
    {"connector", declares},
    {"deprecated", clause_word | header_word},
    {"discard", action_word},
    {"div", reserved | continues},
    {"document", declares},
    {"edition", declares},
    {"else", reserved | clause_word | continues | arm_line},
    {"event", declares},
    {"every", clause_word},
    {"fail", 0},
    {"false", reserved},
    {"finish", action_word},
    {"flow", declares},
    {"fn", declares},
    {"for", clause_word},
    {"from", clause_word | header_word},
    {"gather", clause_word},
    {"give", action_word},
    {"header", clause_word},
    {"history", header_word | header_only},
    {"idempotent", header_word | header_only},
    {"if", reserved},
    {"import", declares},
    {"in", reserved | continues},
    {"into", clause_word},
    {"is", reserved | continues},
    {"join", clause_word},
    {"later", action_word},
    {"match", reserved},
    {"max", clause_word},
    {"mod", reserved | continues},
    {"moved", clause_word | header_word},
    {"not", reserved},
    {"null", reserved},
    {"on", clause_word | header_word | state_word},
    {"once", clause_word | header_word},
    {"or", reserved | continues},
    {"ordered", header_word | header_only},
    {"param", declares},
    {"pattern", declares},
    {"probe", declares},
    {"process", declares},
    {"queue", declares},
    {"rate", header_word | header_only},
    {"reject", action_word},
    {"replies", clause_word},
    {"reply", action_word},
    {"retry", action_word},
    {"secret", declares},
    {"single", header_word | header_only},
    {"skip", action_word},
    {"starts", clause_word},
    {"store", declares},
    {"switch", declares},
    {"table", declares},
    {"test", declares},
    {"then", reserved | clause_word | continues},
    {"timeout", clause_word | header_word},
    {"together", header_word | header_only},
    {"topic", declares},
    {"true", reserved},
    {"type", declares},
    {"undo", clause_word},
    {"until", clause_word},
    {"when", reserved | clause_word | completes | arm_line | state_word},
    {"where", clause_word},
    {"while", clause_word},
    {"window", clause_word},
    {"with", clause_word},
    {"within", clause_word},
    {"workers", header_word | clause_word},
};
static_assert(std::is_sorted(std::begin(words), std::end(words), [](const WordEntry& a, const WordEntry& b) { return a.text < b.text; }));

inline std::uint16_t flags_of(std::string_view word) {
    if (word.size() < 2 || word.size() > 10) return 0;
    const auto* found = std::lower_bound(std::begin(words), std::end(words), word, [](const WordEntry& a, std::string_view b) { return a.text < b; });
    return found != std::end(words) && found->text == word ? found->flags : std::uint16_t{0};
}

}  // namespace weir::grammar
