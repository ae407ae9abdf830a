#include <algorithm>
#include <charconv>
#include <cmath>

#include "engine/evaluate/compare.hpp"
#include "engine/evaluate/compiler_state.hpp"
#include "engine/evaluate/fits.hpp"
#include "engine/evaluate/numbers.hpp"
#include "engine/message/text.hpp"

namespace weir {

namespace {

using plan::Type;
using plan::TypeKind;

// One check of one value against a type. `fixes`: texts are read by the declared type and defaults filled in, else the value is taken as it is.
class Conforming {
public:
    Conforming(const plan::Plan& plan, Scope& scope, bool reads_texts, Compiler* compiler, Misfit* misfit, bool records = false)
        : plan_(plan), scope_(scope), reads_texts_(reads_texts), records_(records), compiler_(compiler), misfit_(misfit) {}

    // `out` is a copy of the two words of `in` where nothing changed. The path of a misfit grows from its end to its beginning.
    bool take(plan::TypeId id, const Value& in, Value& out) {
        out = in;
        if (id >= plan_.types.size()) return true;
        const Type& type = plan_.types[id];
        if (in.is_absent()) {
            if (type.nullable || type.kind == TypeKind::null_ || type.kind == TypeKind::any) return true;
            if (type.kind == TypeKind::union_ && type.by.empty())
                for (const plan::TypeId one : type.of)
                    if (fits(plan_, one, in, scope_)) return true;
            if (type.kind == TypeKind::literal && std::holds_alternative<Null>(type.low)) return true;
            return wrong(type, in);
        }
        if (records_ && in.kind() == Kind::string && in.length() == 0 && type.nullable && !takes_texts(id)) {
            out = Value::null();
            return true;
        }
        switch (type.kind) {
            case TypeKind::any: return true;
            case TypeKind::null_: return wrong(type, in);
            case TypeKind::bool_: return in.kind() == Kind::boolean || read_scalar(type.kind, in, out) || wrong(type, in);
            case TypeKind::int_:
            case TypeKind::decimal:
            case TypeKind::double_: return read_scalar(type.kind, in, out) || take_number(type, in);
            case TypeKind::secret:
            case TypeKind::string: return in.kind() == Kind::string || wrong(type, in);
            case TypeKind::bytes: return in.kind() == Kind::bytes || read_text(type, in, out) || wrong(type, in);
            case TypeKind::timestamp: return in.kind() == Kind::timestamp || read_text(type, in, out) || wrong(type, in);
            case TypeKind::duration: return in.kind() == Kind::duration || read_text(type, in, out) || wrong(type, in);
            case TypeKind::size: return in.kind() == Kind::size || read_text(type, in, out) || wrong(type, in);
            case TypeKind::percent: return in.kind() == Kind::percent || wrong(type, in);
            case TypeKind::rate: return in.kind() == Kind::rate || wrong(type, in);
            case TypeKind::array: return take_array(type, in, out);
            case TypeKind::record: return take_record(type, in, out);
            case TypeKind::text_record:
            case TypeKind::map: return take_map(type, in, out);
            case TypeKind::union_: return take_union(type, in, out);
            case TypeKind::literal: return take_literal(type, in, out);
            case TypeKind::range: return take_range(type, in, out);
        }
        return true;
    }
    std::string name_of_type(plan::TypeId id) const {
        if (id >= plan_.types.size()) return "any";
        const Type& type = plan_.types[id];
        std::string name = !type.name.empty() ? type.name : plain_name(type);
        if (type.nullable) name += '?';
        return name;
    }

private:
    bool misfit(std::string why) {
        if (misfit_ != nullptr) {
            misfit_->why = std::move(why);
            misfit_->path.clear();
        }
        return false;
    }
    bool below(const std::string& step) {
        if (misfit_ != nullptr) misfit_->path.insert(0, step);
        return false;
    }
    std::string constant_text(const Constant& constant) const { return shown(value_of(constant, *scope_.arena)); }
    std::string plain_name(const Type& type) const {
        switch (type.kind) {
            case TypeKind::any: return "any";
            case TypeKind::null_: return "null";
            case TypeKind::bool_: return "bool";
            case TypeKind::int_: return "int";
            case TypeKind::decimal: return "decimal";
            case TypeKind::double_: return "double";
            case TypeKind::string: return "string";
            case TypeKind::bytes: return "bytes";
            case TypeKind::timestamp: return "timestamp";
            case TypeKind::duration: return "duration";
            case TypeKind::size: return "size";
            case TypeKind::percent: return "percent";
            case TypeKind::rate: return "rate";
            case TypeKind::secret: return "secret";
            case TypeKind::text_record: return "a record of texts";
            case TypeKind::array: return "[" + (type.of.empty() ? "any" : name_of_type(type.of[0])) + "]";
            case TypeKind::map: return "map(" + (type.of.empty() ? "any" : name_of_type(type.of[0])) + ")";
            case TypeKind::literal: return constant_text(type.low);
            case TypeKind::range: return constant_text(type.low) + ".." + constant_text(type.high);
            case TypeKind::record: {
                std::string names;
                for (const plan::Field& field : type.fields) (names += names.empty() ? "{ " : ", ") += field.name;
                return names.empty() ? "an object" : names + " }";
            }
            case TypeKind::union_: {
                std::string names;
                for (const plan::TypeId one : type.of) (names += names.empty() ? "" : " | ") += name_of_type(one);
                return names;
            }
        }
        return "";
    }
    bool wrong(const Type& type, const Value& in) {
        if (misfit_ == nullptr) return false;
        std::string name = !type.name.empty() ? type.name : plain_name(type);
        if (in.is_missing()) return misfit("is missing, and must be " + name);
        if (in.kind() == Kind::null) return misfit("is null, and must be " + name + ": only `" + name + "?` may be null");
        std::string why = "is " + a_kind(in);
        if (in.kind() != Kind::array && in.kind() != Kind::object && type.kind != TypeKind::secret) why += " (" + shown(in) + ")";
        why += ", and must be " + name;
        if (in.kind() == Kind::string) {
            if (type.kind == TypeKind::timestamp) why += ", written as 2026-01-31T10:00:00Z";
            if (type.kind == TypeKind::bytes) why += ", written as base64";
            if (type.kind == TypeKind::duration) why += ", written as 1h30m";
            if (type.kind == TypeKind::size) why += ", written as 10MB";
            if (!records_ && (type.kind == TypeKind::int_ || type.kind == TypeKind::decimal || type.kind == TypeKind::double_)) why += ": a number in quotes is a text";
        }
        return misfit(std::move(why));
    }
    bool take_number(const Type& type, const Value& in) {
        if (!in.is_number()) return wrong(type, in);
        Number number;
        const char* bad = nullptr;
        if (!read_number(in, *scope_.arena, number, bad)) return misfit(shown(in) + ": " + bad);
        switch (type.kind) {
            case TypeKind::int_:
                if (number.type == Number::Type::integer) return true;
                if (misfit_ != nullptr && number.type == Number::Type::decimal && number.scale == 0) return misfit("is " + shown(in) + ", beyond the 64 bits of an int: decimal holds 38 digits");
                return wrong(type, in);
            case TypeKind::decimal: return number.type != Number::Type::real || wrong(type, in);
            default:
                if (number.type == Number::Type::real) return true;
                return misfit("is " + a_kind(in) + " (" + shown(in) + "), and must be double: a double is written with an exponent (1.5e0); declare decimal for numbers written like this");
        }
    }
    bool read_text(const Type& type, const Value& in, Value& out) {
        if (!reads_texts_ || in.kind() != Kind::string) return false;
        if (type.kind == TypeKind::bytes) {
            const auto bytes = read_base64(in.text());
            if (bytes) out = Value::bytes({scope_.arena->copy(*bytes), bytes->size()});
            return bytes.has_value();
        }
        const bool is_time = type.kind == TypeKind::timestamp, is_duration = type.kind == TypeKind::duration;
        const auto amount = is_time ? read_timestamp(in.text()) : is_duration ? read_duration(in.text()) : read_size(in.text());
        if (amount) out = Value::nanoseconds(is_time ? Kind::timestamp : is_duration ? Kind::duration : Kind::size, *amount);
        return amount.has_value();
    }
    // A field of a text record, where a scalar is declared. False: it is none, or the text is none of its kind.
    bool read_scalar(TypeKind kind, const Value& in, Value& out) {
        if (!records_ || in.kind() != Kind::string) return false;
        const std::string_view text = in.text();
        const char* const end = text.data() + text.size();
        switch (kind) {
            case TypeKind::bool_:
                if (text != "true" && text != "false") return false;
                out = Value::boolean(text == "true");
                return true;
            case TypeKind::int_: {
                std::int64_t whole = 0;
                const auto [stop, error] = std::from_chars(text.data(), end, whole);
                if (error != std::errc() || stop != end) return false;
                out = Value::integer(whole);
                return true;
            }
            case TypeKind::decimal: {
                const auto decimal = read_decimal(text);
                if (decimal) out = Value::decimal(*decimal, *scope_.arena);
                return decimal.has_value();
            }
            case TypeKind::double_: {
                double real = 0;
                const auto [stop, error] = std::from_chars(text.data(), end, real);
                if (error != std::errc() || stop != end || !std::isfinite(real)) return false;
                out = Value::real(real);
                return true;
            }
            default: return false;
        }
    }
    // May a text stand here as it is? Then an empty one is a value like any other.
    bool takes_texts(plan::TypeId id) const {
        if (id >= plan_.types.size()) return true;
        const Type& type = plan_.types[id];
        switch (type.kind) {
            case TypeKind::any:
            case TypeKind::string:
            case TypeKind::secret: return true;
            case TypeKind::literal: return std::holds_alternative<std::string>(type.low) && std::get<std::string>(type.low).empty();
            case TypeKind::union_: return std::any_of(type.of.begin(), type.of.end(), [&](plan::TypeId one) { return takes_texts(one); });
            default: return false;
        }
    }
    static bool same_words(const Value& a, const Value& b) { return a.head == b.head && a.word == b.word; }

    bool take_array(const Type& type, const Value& in, Value& out) {
        if (in.kind() != Kind::array) return wrong(type, in);
        if (type.of.empty()) return true;
        Value* changed = nullptr;
        for (std::uint32_t n = 0; n < in.length(); ++n) {
            Value item;
            if (!take(type.of[0], in.a[n], item)) return below('[' + std::to_string(n) + ']');
            if (same_words(item, in.a[n])) continue;
            if (changed == nullptr) {
                changed = scope_.arena->take_array<Value>(in.length());
                std::copy(in.begin(), in.end(), changed);
            }
            changed[n] = item;
        }
        if (changed != nullptr) out = Value::array(changed, in.length());
        return true;
    }
    bool take_map(const Type& type, const Value& in, Value& out) {
        if (in.kind() != Kind::object) return wrong(type, in);
        if (type.of.empty()) return true;
        Member* changed = nullptr;
        for (std::uint32_t n = 0; n < in.length(); ++n) {
            Value item;
            if (!take(type.of[0], in.o[n].value, item)) return below('.' + std::string(in.o[n].key.text()));
            if (!same_words(item, in.o[n].value)) replace(in, changed, 0)[n].value = item;
        }
        if (changed != nullptr) out = Value::object(changed, in.length());
        return true;
    }
    Member* replace(const Value& in, Member*& changed, std::size_t more) {
        if (changed == nullptr) {
            changed = scope_.arena->take_array<Member>(in.length() + more);
            std::copy(in.o, in.o + in.length(), changed);
        }
        return changed;
    }
    bool take_record(const Type& type, const Value& in, Value& out) {
        if (in.kind() != Kind::object) return wrong(type, in);
        Member* changed = nullptr;
        std::size_t count = in.length();
        for (const plan::Field& field : type.fields) {
            const Value* value = find_field(in, field.name.data(), static_cast<std::uint32_t>(field.name.size()));
            if (value == nullptr || value->is_missing()) {
                if (field.fallback != plan::none && compiler_ != nullptr) {
                    Value filled;
                    if (!fallback(field, filled)) return below('.' + field.name);
                    replace(in, changed, type.fields.size());
                    new (changed + count++) Member{Value::string(field.name), filled};
                    continue;
                }
                if (field.optional) continue;
                if (Value ignored; !take(field.type, Value(), ignored)) return below('.' + field.name);
                continue;
            }
            if (field.optional && value->is_absent()) continue;
            if (records_ && field.optional && value->kind() == Kind::string && value->length() == 0 && !takes_texts(field.type)) {
                replace(in, changed, type.fields.size())[place_of(in, *value)].value = Value::null();
                continue;
            }
            Value item;
            if (!take(field.type, *value, item)) return below('.' + field.name);
            if (same_words(item, *value)) continue;
            replace(in, changed, type.fields.size())[place_of(in, *value)].value = item;
        }
        if (changed != nullptr) out = Value::object(changed, count);
        return true;
    }
    static std::ptrdiff_t place_of(const Value& in, const Value& value) { return reinterpret_cast<const Member*>(reinterpret_cast<const char*>(&value) - offsetof(Member, value)) - in.o; }
    bool fallback(const plan::Field& field, Value& out) {
        NodePtr& node = compiler_->state().fallbacks[field.fallback];
        if (node == nullptr) node = compiler_->state().compile(field.fallback);
        if (node->run(scope_, out)) return true;
        return misfit("the default can't be computed: " + scope_.why);
    }
    bool take_union(const Type& type, const Value& in, Value& out) {
        if (!type.by.empty()) return take_by_field(type, in, out);
        Misfit* const told = misfit_;
        misfit_ = nullptr;
        bool found = false;
        for (const plan::TypeId one : type.of) {
            found = take(one, in, out);
            if (found) break;
        }
        misfit_ = told;
        return found || wrong(type, in);
    }
    // The field tells which alternative is meant, so that a misfit is about that one only.
    bool take_by_field(const Type& type, const Value& in, Value& out) {
        if (in.kind() != Kind::object) return wrong(type, in);
        const Value* tag = find_field(in, type.by.data(), static_cast<std::uint32_t>(type.by.size()));
        std::string known;
        for (const plan::TypeId one : type.of) {
            if (one >= plan_.types.size()) continue;
            const auto& fields = plan_.types[one].fields;
            const auto field = std::find_if(fields.begin(), fields.end(), [&](const plan::Field& f) { return f.name == type.by; });
            if (field == fields.end()) continue;
            if (tag != nullptr && fits(plan_, field->type, *tag, scope_)) return take(one, in, out);
            (known += known.empty() ? "" : ", ") += name_of_type(field->type);
        }
        if (misfit_ == nullptr) return false;
        misfit(tag == nullptr ? "is missing, and tells which it is: " + known : "is " + shown(*tag) + ", and must be one of " + known);
        return below('.' + type.by);
    }
    bool take_literal(const Type& type, const Value& in, Value& out) {
        const Value wanted = value_of(type.low, *scope_.arena);
        const bool number = wanted.is_number();
        if ((number || wanted.kind() == Kind::boolean) && read_scalar(!number ? TypeKind::bool_ : wanted.kind() == Kind::real ? TypeKind::double_ : TypeKind::decimal, in, out)) {
            if (!equal(out, wanted, *scope_.arena)) return misfit_ != nullptr && misfit("is " + shown(in) + ", and must be " + shown(wanted));
            out = wanted;
            return true;
        }
        if (equal(in, wanted, *scope_.arena)) return true;
        return misfit_ != nullptr && misfit("is " + shown(in) + ", and must be " + shown(wanted));
    }
    bool take_range(const Type& type, const Value& in, Value& out) {
        if (!type.of.empty() && !take(type.of[0], in, out)) return false;
        const Value low = value_of(type.low, *scope_.arena), high = value_of(type.high, *scope_.arena);
        const Order above = order(out, low, *scope_.arena), beneath = order(out, high, *scope_.arena);
        if (above == Order::incomparable || beneath == Order::incomparable) return wrong(type, in);
        if (above != Order::less && beneath != Order::greater) return true;
        return misfit_ != nullptr && misfit("is " + shown(in) + ", and must be " + shown(low) + ".." + shown(high));
    }

    const plan::Plan& plan_;
    Scope& scope_;
    bool reads_texts_;
    bool records_;  // of texts
    Compiler* compiler_;
    Misfit* misfit_;
};

}  // namespace

bool fits(const plan::Plan& plan, plan::TypeId type, const Value& value, Scope& scope) {
    Value ignored;
    return Conforming(plan, scope, false, nullptr, nullptr).take(type, value, ignored);
}

bool conform(const plan::Plan& plan, plan::TypeId type, const Value& in, Scope& scope, bool fill_defaults, Compiler& compiler, Value& out, Misfit& misfit) {
    Conforming conforming(plan, scope, true, fill_defaults ? &compiler : nullptr, &misfit);
    if (conforming.take(type, in, out)) return true;
    misfit.path.insert(0, "body");
    return false;
}

bool conform_texts(const plan::Plan& plan, plan::TypeId type, const Value& in, Scope& scope, Compiler& compiler, Value& out, Misfit& misfit) {
    Conforming conforming(plan, scope, true, &compiler, &misfit, true);
    if (conforming.take(type, in, out)) return true;
    misfit.path.insert(0, "body");
    return false;
}

}  // namespace weir
