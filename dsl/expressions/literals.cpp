// Literals: from their text to exact constants. The shapes are right already, what is looked at here is whether they fit.
#include <array>
#include <charconv>
#include <cmath>

#include "dsl/expressions/expressions.hpp"

namespace weir {

namespace {

using Wide = Decimal::Digits;

struct Unit {
    std::string_view name;
    std::int64_t nanoseconds;
};
constexpr std::array<Unit, 7> units = {{{"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}, {"m", 60'000'000'000}, {"h", 3'600'000'000'000}, {"d", 86'400'000'000'000}, {"w", 604'800'000'000'000}}};
constexpr Wide int_max = 0x7fff'ffff'ffff'ffff;

std::string plain(std::string_view text) {  // without `_`
    std::string out;
    for (char c : text)
        if (c != '_') out += c;
    return out;
}

bool digit(char c) { return c >= '0' && c <= '9'; }

// Reads digits at `i`; false: more than 128 bits could hold.
bool number(std::string_view text, std::size_t& i, Wide& out) {
    out = 0;
    std::size_t digits = 0;
    for (; i < text.size() && (digit(text[i]) || text[i] == '_'); ++i) {
        if (text[i] == '_') continue;
        if (++digits > 30) return false;
        out = out * 10 + (text[i] - '0');
    }
    return digits > 0;
}

std::optional<std::int64_t> duration(std::string_view text) {
    Wide total = 0;
    for (std::size_t i = 0; i < text.size();) {
        Wide n = 0;
        if (!number(text, i, n)) return std::nullopt;
        const std::size_t from = i;
        while (i < text.size() && !digit(text[i])) ++i;
        const Unit* unit = nullptr;
        for (const Unit& u : units)
            if (u.name == text.substr(from, i - from)) unit = &u;
        if (!unit || n > int_max) return std::nullopt;
        total += n * unit->nanoseconds;
        if (total > int_max) return std::nullopt;
    }
    return static_cast<std::int64_t>(total);
}

std::optional<std::int64_t> read_size(std::string_view text) {
    std::size_t i = 0;
    Wide n = 0;
    if (!number(text, i, n) || n > int_max) return std::nullopt;
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 7> sizes = {{{"B", 1}, {"KB", 1'000}, {"MB", 1'000'000}, {"GB", 1'000'000'000}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}};
    for (auto [name, factor] : sizes)
        if (name == text.substr(i) && n * factor <= int_max) return static_cast<std::int64_t>(n * factor);
    return std::nullopt;
}

std::optional<Rate> rate(std::string_view text) {
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    std::size_t i = 0;
    Wide n = 0;
    if (!number(text, i, n) || n > int_max) return std::nullopt;
    std::string per(text.substr(slash + 1));
    if (!per.empty() && !digit(per[0])) per.insert(per.begin(), '1');
    auto d = duration(per);
    if (!d || *d == 0 || n == 0) return std::nullopt;
    return Rate{static_cast<std::int64_t>(n), *d};
}

std::optional<std::int64_t> timestamp(std::string_view text) {
    // @yyyy-MM-ddThh:mm[:ss[.f]](Z|+hh:mm)
    std::size_t i = 1;
    auto two = [&](std::size_t count) {
        int n = 0;
        for (std::size_t k = 0; k < count && i < text.size() && digit(text[i]); ++k, ++i) n = n * 10 + (text[i] - '0');
        return n;
    };
    const int year = two(4);
    ++i;
    const int month = two(2);
    ++i;
    const int day = two(2);
    ++i;
    const int hour = two(2);
    ++i;
    const int minute = two(2);
    int second = 0;
    std::int64_t fraction = 0;
    if (i < text.size() && text[i] == ':') {
        ++i;
        second = two(2);
        if (i < text.size() && text[i] == '.') {
            std::int64_t scale = 100'000'000;
            for (++i; i < text.size() && digit(text[i]); ++i, scale /= 10) fraction += (text[i] - '0') * scale;
        }
    }
    int offset = 0;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) {
        const int sign = text[i] == '-' ? -1 : 1;
        ++i;
        const int hours = two(2);
        ++i;
        offset = sign * (hours * 60 + two(2));
    }
    constexpr std::array<int, 12> lengths = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day > lengths[static_cast<std::size_t>(month - 1)] + (leap && month == 2)) return std::nullopt;
    // Days since 1970 of a civil date (H. Hinnant's algorithm).
    const std::int64_t y = year - (month <= 2), era = (y >= 0 ? y : y - 399) / 400, yoe = y - era * 400;
    const std::int64_t doy = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1, doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    const std::int64_t seconds = (era * 146'097 + doe - 719'468) * 86'400 + hour * 3600 + minute * 60 + second - offset * 60;
    const Wide all = static_cast<Wide>(seconds) * 1'000'000'000 + fraction;
    if (all > int_max || all < -int_max) return std::nullopt;
    return static_cast<std::int64_t>(all);
}

}  // namespace

std::optional<Constant> Expressions::literal(const syntax::Expr& e) {
    if (const auto* t = std::get_if<syntax::Text>(&e.node)) {
        std::string all;
        for (const syntax::TextPiece& p : t->pieces) {
            if (p.hole) return std::nullopt;
            all += p.text;
        }
        return all;
    }
    const syntax::Expr* at = &e;
    bool negative = false;
    if (const auto* u = std::get_if<syntax::Unary>(&e.node); u && u->op == syntax::UnaryOp::negate && u->operand) {
        at = u->operand.get();
        negative = true;
    }
    const auto* l = std::get_if<syntax::Literal>(&at->node);
    if (!l) return std::nullopt;
    const std::string text = plain(c_.sources.text(at->at));
    auto bad = [&](std::string_view why) {
        c_.findings.error(Code::W0206, at->at, "`{}` {}", text, why);
        return std::nullopt;
    };
    using Kind = syntax::LiteralKind;
    switch (l->kind) {
        case Kind::null_: return negative ? std::nullopt : std::optional<Constant>(Null{});
        case Kind::true_: return negative ? std::nullopt : std::optional<Constant>(true);
        case Kind::false_: return negative ? std::nullopt : std::optional<Constant>(false);
        case Kind::integer: {
            std::int64_t n = 0;
            const std::string with_sign = negative ? "-" + text : text;
            auto [end, error] = std::from_chars(with_sign.data(), with_sign.data() + with_sign.size(), n);
            if (error != std::errc() || end != with_sign.data() + with_sign.size()) return bad("does not fit into an int (64 bits)");
            return n;
        }
        case Kind::decimal: {
            auto d = read_decimal(negative ? "-" + text : text);
            if (!d) return bad("has more than the 38 digits of a decimal");
            return *d;
        }
        case Kind::real: {
            double d = 0;
            std::from_chars(text.data(), text.data() + text.size(), d);
            if (!std::isfinite(d)) return bad("is beyond a double");
            auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), d);
            if (error != std::errc()) return bad("is beyond a double");
            return negative ? -d : d;
        }
        case Kind::duration: {
            auto d = duration(text);
            if (!d) return bad("is longer than the 292 years that a duration may have");
            return Duration{negative ? -*d : *d};
        }
        case Kind::size: {
            auto s = read_size(text);
            if (!s) return bad("is beyond the 8 EiB that a size may have");
            if (negative) return bad("can't be negative");
            return Size{*s};
        }
        case Kind::percent: {
            auto d = read_decimal((negative ? "-" : "") + text.substr(0, text.size() - 1));
            if (!d) return bad("has more than 38 digits");
            return Percent{*d};
        }
        case Kind::rate: {
            auto r = rate(text);
            if (!r || negative) return bad("is no rate: at least one, in a time that is not 0");
            return *r;
        }
        case Kind::timestamp: {
            auto t = timestamp(text);
            if (!t) return bad("is no day and time between 1678 and 2262");
            return Timestamp{*t};
        }
    }
    return std::nullopt;
}

}  // namespace weir
