#include "dsl/expressions/builtin_lists.hpp"

namespace weir {

std::vector<Builtin> text_builtins() {
    const BuiltinParameter text{"text", "string"};
    const FailureSet invalid = raises_invalid();
    return {
        {"contains", {{"in", "string | [any]"}, {"what", "any"}}, "bool", {}, "Does the text hold this part, or the array this item?", R"("abc".contains("b"))", "true"},
        {"starts_with", {text, {"start", "string"}}, "bool", {}, "Does the text begin with this?", R"("abc".starts_with("ab"))", "true"},
        {"ends_with", {text, {"end", "string"}}, "bool", {}, "Does the text end with this?", R"("abc".ends_with("bc"))", "true"},
        {"index_of", {text, {"part", "string"}}, "int?", {}, "Where the part begins, counted in characters from 0; null when it is not there.", R"("abc".index_of("c"))", "2"},
        {"lower", {text}, "string", {}, "In small letters (A to Z; other characters stay).", R"("ABc".lower())", R"("abc")"},
        {"upper", {text}, "string", {}, "In capital letters (a to z; other characters stay).", R"("abC".upper())", R"("ABC")"},
        {"capitalize", {text}, "string", {}, "The first letter as a capital.", R"("order".capitalize())", R"("Order")"},
        {"trim", {text, {"characters", "string", true}}, "string", {}, "Without these characters at both ends; blanks, tabs and newlines where none are named.", R"("  a ".trim())", R"("a")"},
        {"trim_prefix", {text, {"prefix", "string"}}, "string", {}, "Without this beginning, where it is there.", R"("v12".trim_prefix("v"))", R"("12")"},
        {"trim_suffix", {text, {"suffix", "string"}}, "string", {}, "Without this end, where it is there.", R"("a.json".trim_suffix(".json"))", R"("a")"},
        {"pad_left", {text, {"length", "int"}, {"with", "string", true}}, "string", {}, "Filled up on the left to this many characters, with blanks by default.", R"("7".pad_left(3, "0"))", R"("007")"},
        {"pad_right", {text, {"length", "int"}, {"with", "string", true}}, "string", {}, "Filled up on the right to this many characters, with blanks by default.", R"("7".pad_right(3, "."))", R"("7..")"},
        {"split", {text, {"separator", "string"}, {"limit", "int", true}}, "[string]", {}, "The parts between separators; with a limit at most so many, the last one holds the rest.", R"("a,b,c".split(","))", R"(["a","b","c"])"},
        {"join", {{"items", "[any]"}, {"separator", "string", true}}, "string", {}, "The items as texts, one behind the other, with the separator between.", R"(["a", "b"].join("-"))", R"("a-b")"},
        {"replace", {text, {"old", "string"}, {"new", "string"}}, "string", {}, "Every `old` replaced by `new`.", R"("a-b-c".replace("-", "+"))", R"("a+b+c")"},
        {"slice", {{"of", "string | bytes | [any]"}, {"from", "int"}, {"to", "int", true}}, "S", {}, "From one index up to, not including, another; negative ones count from the end; what lies outside is cut off.", R"("abcdef".slice(1, 3))", R"("bc")"},
        {"take", {{"of", "string | bytes | [any]"}, {"count", "int"}}, "S", {}, "The first so many characters or items, or all where there are less.", R"("abcdef".take(2))", R"("ab")"},
        {"repeat", {text, {"count", "int"}}, "string", invalid, "The text so many times; fails over 16 MB.", R"("ab".repeat(3))", R"("ababab")"},
        {"truncate", {text, {"length", "int"}}, "string", {}, "At most so many characters; where something is cut off the last one is `…`.", R"("abcdef".truncate(4))", R"("abc…")"},
        {"reverse", {{"of", "string | [any]"}}, "S", {}, "The other way round.", R"("abc".reverse())", R"("cba")"},
        {"matches", {text, {"pattern", "string", false, 0, false, true}}, "bool", {}, "Does the regular expression (RE2) fit somewhere in the text? `^` and `$` hold it to the ends.", R"re("order-12".matches(r"^order-\d+$"))re", "true"},
    };
}

}  // namespace weir
