#include "engine/evaluate/node.hpp"

#include <algorithm>
#include <unordered_map>

#include "engine/evaluate/numbers.hpp"
#include "engine/message/json_bytes.hpp"
#include "engine/message/text.hpp"

namespace weir {

bool fail(Scope& scope, std::string why, std::string path) {
    scope.failed = FailureClass::invalid;
    scope.why = std::move(why);
    scope.path = std::move(path);
    return false;
}
bool fail_at(Scope& scope, const Node& place, std::string why) { return fail(scope, std::move(why), path_of(scope, place)); }
std::string path_of(Scope& scope, const Node& place) {
    std::string path;
    place.write_path(scope, path);
    return path;
}
void rename_path(Scope& scope, std::uint32_t slot, const std::string& place) {
    const std::string mark = path_mark + std::to_string(slot) + ';';
    if (!scope.path.starts_with(mark)) return;
    std::string rest = scope.path.substr(mark.size());
    if (place.empty() && rest.starts_with('.')) rest.erase(0, 1);
    scope.path = place + rest;
}

int Compiled::test(Scope& scope) const {
    Value value;
    if (!run(scope, value)) return -1;
    if (value.kind() == Kind::boolean) return value.i != 0 ? 1 : 0;
    fail(scope, "a condition must be a bool, and this is " + a_kind(value));
    return -1;
}

const char* kind_name(const Value& value) {
    switch (value.kind()) {
        case Kind::missing: return "missing";
        case Kind::null: return "null";
        case Kind::boolean: return "bool";
        case Kind::integer: return "int";
        case Kind::number_text: {
            bool point = false;
            std::size_t digits = 0;
            for (const char c : value.text()) {
                if (c == 'e' || c == 'E') return "double";
                if (c == '.') point = true;
                if (c >= '0' && c <= '9') ++digits;
            }
            if (point) return "decimal";
            if (digits < 19) return "int";
            const auto number = read_decimal(value.text());
            return number && number->digits >= INT64_MIN && number->digits <= INT64_MAX ? "int" : "decimal";
        }
        case Kind::decimal: return "decimal";
        case Kind::real: return "double";
        case Kind::string: return "string";
        case Kind::bytes: return "bytes";
        case Kind::timestamp: return "timestamp";
        case Kind::duration: return "duration";
        case Kind::size: return "size";
        case Kind::percent: return "percent";
        case Kind::rate: return "rate";
        case Kind::array: return "array";
        case Kind::object: return "object";
    }
    return "";
}
std::string a_kind(const Value& value) {
    const std::string name = kind_name(value);
    if (value.is_absent() || value.kind() == Kind::bytes) return name;
    return (std::string_view("aio").find(name[0]) != std::string_view::npos ? "an " : "a ") + name;
}
std::string shown(const Value& value) {
    constexpr std::size_t longest = 60;
    if (value.kind() == Kind::array || value.kind() == Kind::object) return a_kind(value);
    std::string text;
    if (value.kind() == Kind::string && value.length() > longest) {
        std::size_t end = longest;
        while (end > 0 && (static_cast<unsigned char>(value.s[end]) & 0xc0) == 0x80) --end;
        write_json_string(text, std::string(value.text().substr(0, end)) + "…");
    } else {
        write_json(text, value);
    }
    return text.size() <= 2 * longest ? text : a_kind(value);
}

Value quoted_text(std::string_view text, Arena& arena) {
    if (std::any_of(text.begin(), text.end(), [](char c) { return is_special(c); })) return Value::string(text);
    char* const at = static_cast<char*>(arena.take(std::max(text.size() + 2, Value::quoted_room)));
    at[0] = '"';
    std::copy(text.begin(), text.end(), at + 1);
    at[text.size() + 1] = '"';
    return Value::quoted_string({at + 1, text.size()});
}

Value value_of(const Constant& constant, Arena& arena) {
    struct Visit {
        Arena& arena;
        Value operator()(Null) const { return Value::null(); }
        Value operator()(bool x) const { return Value::boolean(x); }
        Value operator()(std::int64_t x) const { return Value::integer(x); }
        Value operator()(const Decimal& x) const { return Value::decimal(x, arena); }
        Value operator()(double x) const { return Value::real(x); }
        Value operator()(const std::string& x) const { return Value::string(x); }
        Value operator()(const Bytes& x) const { return Value::bytes(x.data); }
        Value operator()(Timestamp x) const { return Value::nanoseconds(Kind::timestamp, x.nanoseconds); }
        Value operator()(Duration x) const { return Value::nanoseconds(Kind::duration, x.nanoseconds); }
        Value operator()(Size x) const { return Value::nanoseconds(Kind::size, x.bytes); }
        Value operator()(const Percent& x) const { return Value::decimal(x.value, arena, Kind::percent); }
        Value operator()(Rate x) const { return Value::rate(static_cast<std::uint32_t>(x.count), x.per_nanoseconds); }
    };
    return std::visit(Visit{arena}, constant);
}

const Value* load_body(Scope& scope) {
    static const Value nothing;
    std::string why;
    if (!look(scope.message->body, *scope.arena, *scope.reader, why)) {
        fail(scope, std::move(why), "body");
        return nullptr;
    }
    return scope.message->body.tree.is_missing() ? &nothing : &scope.message->body.tree;
}

const Value* load_fields(Scope& scope, const Fields* fields) {
    Body& body = scope.message->body;
    const bool readable = scope.fields != nullptr && scope.fields->fields == fields && body.format == Format::json;
    if (readable && scope.fields->read(body.bytes, *scope.arena, *scope.reader, body.picked)) return &body.picked;
    body.picked = Value();
    return load_body(scope);  // which knows why it can't be read
}

bool scalar_text(const Value& value, Arena& arena, std::string_view& out) {
    const auto keep = [&](const std::string& text) { out = {arena.copy(text), text.size()}; };
    std::string text;
    switch (value.kind()) {
        case Kind::string:
        case Kind::number_text: out = value.text(); return true;
        case Kind::boolean: out = value.i != 0 ? "true" : "false"; return true;
        case Kind::integer: {
            char* at = static_cast<char*>(arena.take(24));
            char* end = write_decimal(at, decimal_of(value.i));
            out = {at, static_cast<std::size_t>(end - at)};
            return true;
        }
        case Kind::decimal:
        case Kind::percent: {
            char* at = static_cast<char*>(arena.take(48));
            char* end = write_decimal(at, value.decimal());
            if (value.kind() == Kind::percent) *end++ = '%';
            out = {at, static_cast<std::size_t>(end - at)};
            return true;
        }
        case Kind::real: write_real(text, value.d); break;
        case Kind::bytes: write_base64(text, value.text()); break;
        case Kind::timestamp: write_timestamp(text, value.i); break;
        case Kind::duration: write_duration(text, value.i); break;
        case Kind::size: write_size(text, value.i); break;
        case Kind::rate: {
            text = std::to_string(value.length()) + '/';
            std::string per;
            write_duration(per, value.i);
            text += per.starts_with('1') && per.size() > 1 && (per[1] < '0' || per[1] > '9') && per.find_first_of("0123456789", 1) == std::string::npos ? per.substr(1) : per;
            break;
        }
        default: return false;
    }
    keep(text);
    return true;
}

struct ObjectBuilder::Index {
    std::unordered_map<std::string_view, std::size_t> places;
};
ObjectBuilder::ObjectBuilder(Arena& arena) : arena_(arena) {}
ObjectBuilder::ObjectBuilder(ObjectBuilder&&) noexcept = default;
ObjectBuilder::~ObjectBuilder() = default;

std::ptrdiff_t ObjectBuilder::place(std::string_view key) const {
    constexpr std::size_t searched = 24;
    if (members_.size() <= searched) {
        for (std::size_t n = members_.size(); n-- > 0;)
            if (members_[n].key.text() == key) return static_cast<std::ptrdiff_t>(n);
        return -1;
    }
    if (!index_) {
        index_ = std::make_unique<Index>();
        for (std::size_t n = 0; n < members_.size(); ++n) index_->places[members_[n].key.text()] = n;
    }
    const auto at = index_->places.find(key);
    return at != index_->places.end() ? static_cast<std::ptrdiff_t>(at->second) : -1;
}
void ObjectBuilder::put(const Value& key, const Value& value) {
    const std::ptrdiff_t at = place(key.text());
    if (at >= 0) {
        members_[static_cast<std::size_t>(at)].value = value;
        return;
    }
    if (index_) index_->places[key.text()] = members_.size();
    members_.push_back({key, value});
}
const Value* ObjectBuilder::find(std::string_view key) const {
    const std::ptrdiff_t at = place(key);
    return at >= 0 ? &members_[static_cast<std::size_t>(at)].value : nullptr;
}
void ObjectBuilder::remove(std::string_view key) {
    const std::ptrdiff_t at = place(key);
    if (at < 0) return;
    members_.erase(members_.begin() + at);
    index_.reset();
}
Value ObjectBuilder::take() const {
    Member* to = arena_.take_array<Member>(members_.size());
    std::copy(members_.begin(), members_.end(), to);
    return Value::object(to, members_.size());
}

}  // namespace weir
