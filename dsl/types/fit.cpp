#include <algorithm>
#include <array>

#include "dsl/types/types.hpp"

namespace weir {

using plan::TypeId;
using plan::TypeKind;

namespace {

constexpr std::array<std::string_view, 21> kind_names = {"any",      "null", "bool", "int",   "decimal", "double", "string", "bytes", "timestamp", "duration", "size",
                                                         "percent",  "rate", "array", "object", "map",    "union",  "literal", "range", "secret", "text record"};

bool is_text_on_the_wire(TypeKind kind) {  // C1: what a channel writes as text and may read back
    return kind == TypeKind::string || kind == TypeKind::timestamp || kind == TypeKind::bytes || kind == TypeKind::duration || kind == TypeKind::size || kind == TypeKind::percent || kind == TypeKind::rate;
}
bool is_numeric(TypeKind kind) { return kind == TypeKind::int_ || kind == TypeKind::decimal || kind == TypeKind::double_; }

struct Deeper {
    explicit Deeper(int& d) : depth(d) { ++depth; }
    ~Deeper() { --depth; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    int& depth;
};

}  // namespace

std::string_view kind_name(TypeKind kind) { return kind_names[static_cast<std::size_t>(kind)]; }

std::optional<TypeKind> kind_of_name(std::string_view name) {
    for (std::size_t i = 0; i < 13; ++i)
        if (kind_names[i] == name) return static_cast<TypeKind>(i);
    return std::nullopt;
}

TypeKind kind_of(const Constant& value) {
    constexpr std::array<TypeKind, 12> kinds = {TypeKind::null_, TypeKind::bool_,     TypeKind::int_,     TypeKind::decimal, TypeKind::double_, TypeKind::string,
                                                TypeKind::bytes, TypeKind::timestamp, TypeKind::duration, TypeKind::size,    TypeKind::percent, TypeKind::rate};
    return kinds[value.index()];
}

std::optional<int> order(const Constant& a, const Constant& b) {
    auto sign = [](auto x, auto y) { return x < y ? -1 : (y < x ? 1 : 0); };
    auto as_decimal = [](const Constant& c) -> std::optional<Decimal> {
        if (auto* i = std::get_if<std::int64_t>(&c)) return decimal_of(*i);
        if (auto* d = std::get_if<Decimal>(&c)) return *d;
        return std::nullopt;
    };
    if (auto *x = std::get_if<std::int64_t>(&a), *y = std::get_if<std::int64_t>(&b); x && y) return sign(*x, *y);
    auto x = as_decimal(a), y = as_decimal(b);
    if (x && y) return compare(*x, *y);
    if (a.index() != b.index()) return std::nullopt;
    if (auto* v = std::get_if<double>(&a)) return sign(*v, std::get<double>(b));
    if (auto* v = std::get_if<std::string>(&a)) return sign(*v, std::get<std::string>(b));
    if (auto* v = std::get_if<Timestamp>(&a)) return sign(v->nanoseconds, std::get<Timestamp>(b).nanoseconds);
    if (auto* v = std::get_if<Duration>(&a)) return sign(v->nanoseconds, std::get<Duration>(b).nanoseconds);
    if (auto* v = std::get_if<Size>(&a)) return sign(v->bytes, std::get<Size>(b).bytes);
    return std::nullopt;
}

bool same_constant(const Constant& a, const Constant& b) {
    if (auto o = order(a, b)) return *o == 0;
    if (a.index() != b.index()) return false;
    if (std::holds_alternative<Null>(a)) return true;
    if (auto* v = std::get_if<bool>(&a)) return *v == std::get<bool>(b);
    return false;
}

Fit Types::fits(TypeId from, TypeId to) const {
    if (from == to || is_any(to)) return Fit::yes;
    if (is_any(from) || depth_ > 32) return Fit::maybe;
    const Deeper deeper(depth_);
    const plan::Type& a = at(from);
    const plan::Type& b = at(to);
    if (a.kind == TypeKind::null_) return nullable(to) ? Fit::yes : Fit::no;
    if (a.nullable && !nullable(to)) {
        // Null itself does not fit, the others may.
        const Fit rest = a.kind == TypeKind::record || a.kind == TypeKind::union_ ? Fit::maybe : (base(from) == base(to) || base(to) == TypeKind::union_ ? Fit::maybe : Fit::no);
        return rest;
    }
    if (a.kind == TypeKind::union_) {
        bool all = true, none = true;
        for (TypeId t : a.of) {
            const Fit f = fits(t, to);
            all = all && f == Fit::yes;
            none = none && f == Fit::no;
        }
        return all ? Fit::yes : (none ? Fit::no : Fit::maybe);
    }
    if (b.kind == TypeKind::union_) {
        Fit best = Fit::no;
        for (TypeId t : b.of) {
            const Fit f = fits(from, t);
            if (f == Fit::yes) return Fit::yes;
            if (f == Fit::maybe) best = Fit::maybe;
        }
        return best;
    }
    const TypeKind ka = base(from), kb = base(to);
    if (b.kind == TypeKind::null_) return Fit::no;
    if (b.kind == TypeKind::literal) {
        if (a.kind == TypeKind::literal) return same_constant(a.low, b.low) ? Fit::yes : Fit::no;
        return ka == kb || (is_numeric(ka) && is_numeric(kb)) ? Fit::maybe : Fit::no;
    }
    if (b.kind == TypeKind::range) {
        if (a.kind == TypeKind::literal) {
            auto low = order(a.low, b.low), high = order(a.low, b.high);
            return low && high ? (*low >= 0 && *high <= 0 ? Fit::yes : Fit::no) : Fit::no;
        }
        if (a.kind == TypeKind::range) {
            auto low = order(a.low, b.low), high = order(a.high, b.high);
            if (low && high && *low >= 0 && *high <= 0) return Fit::yes;
        }
        return ka == kb || (is_numeric(ka) && is_numeric(kb)) ? Fit::maybe : Fit::no;
    }
    if (ka == TypeKind::secret || kb == TypeKind::secret) return Fit::maybe;
    if (ka == TypeKind::record || ka == TypeKind::text_record) {
        if (kb == TypeKind::map) return ka == TypeKind::text_record ? fits(element(from), element(to)) : Fit::maybe;
        if (kb != TypeKind::record) return Fit::no;
        Fit all = Fit::yes;
        for (const plan::Field& wanted : b.fields) {
            const Found got = field(from, wanted.name);
            if (got.never) {
                if (!wanted.optional && wanted.fallback == plan::none && exact_[from]) return Fit::no;
                if (!wanted.optional || !exact_[from]) all = Fit::maybe;
                continue;
            }
            const Fit f = fits(got.type, wanted.type);
            // A text record has texts only: where another kind must stand, none fits until `validate` has read it.
            if (f == Fit::no && (got.certain || (ka == TypeKind::text_record && !wanted.optional && wanted.fallback == plan::none))) return Fit::no;
            if (f != Fit::yes || (!got.certain && !wanted.optional)) all = Fit::maybe;
        }
        return all;
    }
    if (ka == TypeKind::map) return kb == TypeKind::map ? (fits(element(from), element(to)) == Fit::yes ? Fit::yes : Fit::maybe) : (kb == TypeKind::record ? Fit::maybe : Fit::no);
    if (ka == TypeKind::array) return kb != TypeKind::array ? Fit::no : (fits(element(from), element(to)) == Fit::yes ? Fit::yes : Fit::maybe);
    if (ka == kb) return Fit::yes;
    if (ka == TypeKind::int_ && (kb == TypeKind::decimal || kb == TypeKind::double_)) return Fit::yes;
    if (is_numeric(ka) && is_numeric(kb)) return Fit::maybe;
    if (is_text_on_the_wire(ka) && is_text_on_the_wire(kb)) return Fit::maybe;
    return Fit::no;
}

bool Types::may_equal(TypeId a, TypeId b) const {
    if (is_any(a) || is_any(b)) return true;
    if (nullable(a) && nullable(b)) return true;
    // Null on one side is the question whether it is there: always allowed.
    if (at(a).kind == TypeKind::null_ || at(b).kind == TypeKind::null_) return true;
    auto alternatives = [&](TypeId id) { return at(id).kind == TypeKind::union_ ? at(id).of : std::vector<TypeId>{id}; };
    for (TypeId x : alternatives(a))
        for (TypeId y : alternatives(b)) {
            const TypeKind kx = base(x), ky = base(y);
            if (is_any(x) || is_any(y) || kx == TypeKind::union_ || ky == TypeKind::union_) return true;
            const bool objects = (kx == TypeKind::record || kx == TypeKind::map) && (ky == TypeKind::record || ky == TypeKind::map);
            if (objects || kx == TypeKind::secret || ky == TypeKind::secret) return true;
            if (kx != ky && !(is_numeric(kx) && is_numeric(ky))) continue;
            const bool literal_x = at(x).kind == TypeKind::literal, literal_y = at(y).kind == TypeKind::literal;
            if (literal_x && literal_y && !same_constant(at(x).low, at(y).low)) continue;
            if ((literal_x && at(y).kind == TypeKind::range && fits(x, y) == Fit::no) || (literal_y && at(x).kind == TypeKind::range && fits(y, x) == Fit::no)) continue;
            return true;
        }
    return false;
}

}  // namespace weir
