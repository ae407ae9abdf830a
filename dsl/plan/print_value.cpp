#include "dsl/plan/print_value.hpp"

#include <fmt/format.h>

#include <array>

#include "dsl/plan/print.hpp"

namespace weir {

using namespace plan;

namespace {

constexpr std::array<std::string_view, 21> type_words = {"any", "null", "bool", "int", "decimal", "double", "string", "bytes", "timestamp", "duration", "size", "percent", "rate", "array", "record", "map", "union", "literal", "range", "secret", "text record"};

std::string text_literal(std::string_view text) {
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"' || c == '\\') out += '\\';
        if (c == '$' && i + 1 < text.size() && text[i + 1] == '{') out += '\\';
        if (c == '\n') out += "\\n";
        else if (c == '\t') out += "\\t";
        else if (c == '\r') out += "\\r";
        else if (static_cast<unsigned char>(c) < 0x20) out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else out += c;
    }
    return out + "\"";
}

std::string duration(std::int64_t nanoseconds) {
    if (nanoseconds < 0) return "-" + duration(-nanoseconds);
    static constexpr std::array<std::pair<std::int64_t, const char*>, 6> units = {{{86'400'000'000'000, "d"}, {3'600'000'000'000, "h"}, {60'000'000'000, "m"}, {1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}}};
    std::string text;
    for (auto [size, name] : units)
        if (nanoseconds >= size) {
            text += fmt::format("{}{}", nanoseconds / size, name);
            nanoseconds %= size;
        }
    return text.empty() ? "0s" : text;
}

std::string timestamp(std::int64_t ns) {
    std::int64_t days = ns / 86'400'000'000'000, rest = ns % 86'400'000'000'000;
    if (rest < 0) rest += 86'400'000'000'000, --days;
    // Civil date of a day count (H. Hinnant's algorithm).
    const std::int64_t z = days + 719'468, era = (z >= 0 ? z : z - 146'096) / 146'097;
    const std::int64_t doe = z - era * 146'097, yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
    const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    const std::int64_t d = doy - (153 * mp + 2) / 5 + 1, m = mp < 10 ? mp + 3 : mp - 9, y = yoe + era * 400 + (m <= 2);
    const std::int64_t s = rest / 1'000'000'000, fraction = rest % 1'000'000'000;
    std::string text = fmt::format("@{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", y, m, d, s / 3600, s / 60 % 60, s % 60);
    if (fraction) text += fmt::format(".{:09}", fraction);
    return text + "Z";
}

}  // namespace

std::string print_constant(const Constant& value) {
    struct {
        std::string operator()(Null) const { return "null"; }
        std::string operator()(bool b) const { return b ? "true" : "false"; }
        std::string operator()(std::int64_t i) const { return fmt::format("{}", i); }
        std::string operator()(const Decimal& d) const { return to_text(d); }
        std::string operator()(double d) const {
            std::string text = fmt::format("{}", d);
            return text.find('e') == std::string::npos ? text + "e0" : text;
        }
        std::string operator()(const std::string& s) const { return text_literal(s); }
        std::string operator()(const Bytes& b) const { return fmt::format("bytes({})", b.data.size()); }
        std::string operator()(Timestamp t) const { return timestamp(t.nanoseconds); }
        std::string operator()(Duration d) const { return duration(d.nanoseconds); }
        std::string operator()(Size s) const { return fmt::format("{}B", s.bytes); }
        std::string operator()(const Percent& p) const { return to_text(p.value) + "%"; }
        std::string operator()(Rate r) const { return fmt::format("{}/{}", r.count, duration(r.per_nanoseconds)); }
    } const printer;
    return std::visit(printer, value);
}

std::string print_type_body(const Plan& plan, const Type& t) {
    std::string text;
    switch (t.kind) {
        case TypeKind::array: text = "[" + (t.of.empty() ? "any" : print_type(plan, t.of[0])) + "]"; break;
        case TypeKind::map: text = "map(" + (t.of.empty() ? "any" : print_type(plan, t.of[0])) + ")"; break;
        case TypeKind::literal: text = print_constant(t.low); break;
        case TypeKind::range: text = print_constant(t.low) + ".." + print_constant(t.high); break;
        case TypeKind::union_:
            for (TypeId id : t.of) text += (text.empty() ? "" : " | ") + print_type(plan, id);
            if (!t.by.empty()) text += " by " + t.by;
            if (t.nullable) text = "(" + text + ")";
            break;
        case TypeKind::record:
            for (const Field& f : t.fields) {
                const bool question = f.optional && f.type != none && !plan.types[f.type].nullable && plan.types[f.type].kind != TypeKind::any;
                text += fmt::format("{}{}: {}{}", text.empty() ? "" : ", ", f.name, print_type(plan, f.type), question ? "?" : "");
                if (f.fallback != none) text += " = " + print_expr(plan, f.fallback);
            }
            text = text.empty() ? "{}" : "{ " + text + " }";
            break;
        default: text = type_words[static_cast<std::size_t>(t.kind)];
    }
    return t.nullable && t.kind != TypeKind::any && t.kind != TypeKind::null_ ? text + "?" : text;
}

std::string print_type(const Plan& plan, TypeId id) {
    if (id == none) return "any";
    const Type& t = plan.types[id];
    if (!t.name.empty()) return t.nullable ? t.name + "?" : t.name;
    return print_type_body(plan, t);
}

std::string print_cases(const Plan& plan, const std::vector<MatchCase>& cases) {
    std::string text;
    for (const MatchCase& c : cases) {
        if (!text.empty()) text += " | ";
        switch (c.kind) {
            case MatchCase::Kind::any: text += "_"; break;
            case MatchCase::Kind::value: text += print_constant(c.low); break;
            case MatchCase::Kind::range: text += print_constant(c.low) + ".." + print_constant(c.high); break;
            case MatchCase::Kind::less: text += "< " + print_constant(c.low); break;
            case MatchCase::Kind::less_equal: text += "<= " + print_constant(c.low); break;
            case MatchCase::Kind::greater: text += "> " + print_constant(c.low); break;
            case MatchCase::Kind::greater_equal: text += ">= " + print_constant(c.low); break;
            case MatchCase::Kind::type: text += print_type(plan, c.type); break;
        }
    }
    return text;
}

}  // namespace weir
