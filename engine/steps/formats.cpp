#include "engine/steps/formats.hpp"

namespace weir {
namespace {

bool wrong(Scope& scope, const std::string& name, const char* wanted) {
    fail(scope, FailureClass::invalid, "`" + name + "` of `csv` is " + wanted);
    return false;
}

// What the checker holds constants to, for those that are params.
bool is_sign(std::string_view text) { return text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80 && text[0] != '\n' && text[0] != '\r' && text[0] != '\0'; }

bool names(const Value& value, std::vector<std::string>& out) {
    if (value.kind() != Kind::array || value.length() == 0) return false;
    for (const Value& each : value) {
        if (each.kind() != Kind::string) return false;
        out.emplace_back(each.text());
    }
    return true;
}

}  // namespace

bool FormatArguments::csv(Scope& scope, CsvOptions& out) const {
    for (const auto& [name, code] : code_) {
        Value value;
        if (!code->run(scope, value)) return false;
        const bool text = value.kind() == Kind::string;
        if (name == "separator") {
            if (!text || !is_sign(value.text())) return wrong(scope, name, "one ASCII character");
            out.separator = value.text()[0];
        } else if (name == "quote") {
            if (!text || (!value.text().empty() && !is_sign(value.text()))) return wrong(scope, name, "one ASCII character, or \"\"");
            out.quotes = !value.text().empty();
            if (out.quotes) out.quote = value.text()[0];
        } else if (name == "header") {
            if (value.kind() != Kind::boolean) return wrong(scope, name, "true or false");
            out.header = value.boolean();
        } else if (name == "columns") {
            if (!names(value, out.columns)) return wrong(scope, name, "a list of names");
        } else if (name == "skip") {
            Value count = value;
            const char* why = "";
            if (value.kind() == Kind::number_text && !compute_number(value, *scope.arena, count, why)) return wrong(scope, name, "a number of lines");
            if (count.kind() != Kind::integer || count.i < 0) return wrong(scope, name, "a number of lines");
            out.skip = static_cast<std::uint64_t>(count.i);
        }
    }
    if (out.quotes && out.separator == out.quote) return wrong(scope, "quote", "another character than `separator`");
    return true;
}

}  // namespace weir
