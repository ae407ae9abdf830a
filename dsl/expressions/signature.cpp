#include "dsl/expressions/signature.hpp"

namespace weir {

using namespace plan;

namespace {

class Reader {
public:
    Reader(Types& types, std::string_view text, const SignatureTypes& variables) : t_(types), rest_(text), v_(variables) {}
    TypeId either() {
        std::vector<TypeId> all{maybe()};
        while (eat("|")) all.push_back(maybe());
        return t_.one_of(std::move(all));
    }

private:
    void blanks() {
        while (!rest_.empty() && rest_[0] == ' ') rest_.remove_prefix(1);
    }
    bool eat(std::string_view what) {
        blanks();
        if (!rest_.starts_with(what)) return false;
        rest_.remove_prefix(what.size());
        return true;
    }
    std::string_view word() {
        blanks();
        std::size_t n = 0;
        while (n < rest_.size() && ((rest_[n] >= 'a' && rest_[n] <= 'z') || (rest_[n] >= 'A' && rest_[n] <= 'Z'))) ++n;
        const std::string_view w = rest_.substr(0, n);
        rest_.remove_prefix(n);
        return w;
    }
    TypeId maybe() {
        const TypeId inner = primary();
        return eat("?") ? t_.maybe(inner) : inner;
    }
    TypeId primary() {
        if (eat("[")) {
            const TypeId element = either();
            eat("]");
            return t_.array(element);
        }
        if (eat("{")) {
            std::vector<Field> fields;
            while (!eat("}") && !rest_.empty()) {
                Field f;
                f.name = word();
                eat(":");
                f.type = either();
                fields.push_back(std::move(f));
                eat(",");
            }
            return t_.record(std::move(fields), true);
        }
        const std::string_view w = word();
        if (w == "map" && eat("(")) {
            const TypeId element = either();
            eat(")");
            return t_.map(element);
        }
        if (w == "S") return widened(v_.self);
        if (w == "T") return v_.element;
        if (w == "U") return v_.made;
        if (w == "object") return t_.map(t_.any());
        if (w == "number") {
            const TypeKind kind = t_.base(t_.is(v_.self, TypeKind::array) ? v_.element : v_.self);
            return kind == TypeKind::int_ || kind == TypeKind::decimal || kind == TypeKind::double_ ? t_.of(kind) : t_.any();
        }
        if (auto kind = kind_of_name(w)) return t_.of(*kind);
        return t_.any();
    }
    // A text made of a literal is any text.
    TypeId widened(TypeId id) {
        const TypeKind kind = t_.base(id);
        return kind == TypeKind::array || kind == TypeKind::record || kind == TypeKind::map || kind == TypeKind::union_ ? id : t_.of(kind);
    }

    Types& t_;
    std::string_view rest_;
    const SignatureTypes& v_;
};

}  // namespace

TypeId read_signature(Types& types, std::string_view text, const SignatureTypes& variables) { return Reader(types, text, variables).either(); }

Fit fits_signature(Types& types, TypeId from, std::string_view text, const SignatureTypes& variables) {
    Fit best = Fit::no;
    while (!text.empty()) {
        const std::size_t bar = text.find('|');
        std::string_view one = text.substr(0, bar);
        text = bar == std::string_view::npos ? std::string_view() : text.substr(bar + 1);
        while (one.starts_with(' ')) one.remove_prefix(1);
        while (one.ends_with(' ')) one.remove_suffix(1);
        Fit fit = Fit::no;
        const TypeKind kind = types.base(from);
        if (types.is_any(from) || kind == TypeKind::union_) fit = one == "any" ? Fit::yes : Fit::maybe;
        else if (one == "any") fit = Fit::yes;
        else if (one == "number") fit = types.is_number(from) ? (types.nullable(from) ? Fit::maybe : Fit::yes) : Fit::no;
        else if (one == "object") fit = kind == TypeKind::record || kind == TypeKind::map || kind == TypeKind::text_record ? (types.nullable(from) ? Fit::maybe : Fit::yes) : Fit::no;
        else fit = types.fits(from, read_signature(types, one, variables));
        if (fit == Fit::yes) return fit;
        if (fit == Fit::maybe) best = fit;
    }
    return best;
}

}  // namespace weir
