#include <openssl/sha.h>

#include <charconv>
#include <cmath>

#include "engine/evaluate/builtins.hpp"
#include "engine/evaluate/compare.hpp"
#include "engine/evaluate/numbers.hpp"
#include "engine/message/text.hpp"

namespace weir {

namespace {

using std::string_view;

bool give_exact(const Call& call, const Decimal& value, Value& out) {
    out = Value::decimal(value, call.arena());
    return true;
}

bool to_int(const Call& call, Value& out) {
    const Value& of = call.values[0];
    std::int64_t base = 10, whole = 0;
    if (call.given(1)) {
        if (!call.integer(1, base)) return false;
        if (base < 2 || base > 36) return call.fail("the base is 2 to 36", 1);
        if (of.kind() != Kind::string) return call.fail("a base is for texts", 1);
    }
    if (of.kind() == Kind::string) {
        const string_view text = of.text();
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), whole, static_cast<int>(base));
        if (error == std::errc::result_out_of_range) return call.fail(shown(of) + " is beyond the 64 bits of an int");
        if (error != std::errc() || end != text.data() + text.size()) return call.fail(shown(of) + " is no whole number");
        out = Value::integer(whole);
        return true;
    }
    Number number;
    const char* why = nullptr;
    if (!read_number(of, call.arena(), number, why)) return why != nullptr ? call.fail(why) : call.wrong(0, "a text or a number");
    if (number.type == Number::Type::integer) {
        out = Value::integer(number.i);
        return true;
    }
    if (number.type == Number::Type::real) {
        constexpr double end = 9223372036854775808.0;
        if (!(number.d >= -end && number.d < end) || number.d != std::floor(number.d)) return call.fail(shown(of) + " is no whole number of 64 bits: round(x), floor(x) or ceil(x) makes one");
        out = Value::integer(static_cast<std::int64_t>(number.d));
        return true;
    }
    Decimal decimal = number.decimal();
    while (decimal.scale > 0 && decimal.digits % 10 == 0) {
        decimal.digits /= 10;
        --decimal.scale;
    }
    if (decimal.scale > 0) return call.fail(shown(of) + " has a fraction: round(x), floor(x) or ceil(x) says what becomes of it");
    const auto value = weir::to_int(decimal);
    if (!value) return call.fail(shown(of) + " is beyond the 64 bits of an int");
    out = Value::integer(*value);
    return true;
}

// The shortest text of a double as an exact decimal.
bool decimal_of_real(const Call& call, double value, Value& out) {
    char text[400];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed);
    const auto decimal = error == std::errc() ? read_decimal({text, static_cast<std::size_t>(end - text)}) : std::nullopt;
    if (!decimal) return call.fail("this double needs more than the 38 digits of a decimal");
    return give_exact(call, *decimal, out);
}
bool to_decimal(const Call& call, Value& out) {
    const Value& of = call.values[0];
    if (of.kind() == Kind::string) {
        const auto decimal = read_decimal(of.text());
        if (!decimal) return call.fail(shown(of) + " is no decimal of at most 38 digits");
        return give_exact(call, *decimal, out);
    }
    Number number;
    const char* why = nullptr;
    if (!read_number(of, call.arena(), number, why)) return why != nullptr ? call.fail(why) : call.wrong(0, "a text or a number");
    if (number.type == Number::Type::real) return decimal_of_real(call, number.d, out);
    return give_exact(call, number.decimal(), out);
}
bool to_double(const Call& call, Value& out) {
    const Value& of = call.values[0];
    double value = 0;
    if (of.kind() == Kind::string) {
        const string_view text = of.text();
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return call.fail(shown(of) + " is no finite number");
        out = Value::real(value);
        return true;
    }
    if (of.kind() == Kind::number_text) {  // over 38 digits is no reason to refuse here
        const string_view text = of.text();
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return call.fail("the number is beyond the range of a double");
        out = Value::real(value);
        return true;
    }
    Number number;
    const char* why = nullptr;
    if (!read_number(of, call.arena(), number, why)) return why != nullptr ? call.fail(why) : call.wrong(0, "a text or a number");
    out = Value::real(number.type == Number::Type::real ? number.d : weir::to_double(number.decimal()));
    return true;
}
bool to_bool(const Call& call, Value& out) {
    const Value& of = call.values[0];
    if (of.kind() == Kind::boolean) {
        out = of;
        return true;
    }
    string_view text;
    if (!call.text(0, text)) return false;
    if (text != "true" && text != "false") return call.fail(shown(of) + " is neither `true` nor `false`");
    out = Value::boolean(text == "true");
    return true;
}
bool to_string(const Call& call, Value& out) {
    string_view text;
    if (!scalar_text(call.values[0], call.arena(), text)) return call.fail("wants a scalar, and this is " + a_kind(call.values[0]) + (call.values[0].is_absent() ? "" : ": json(x) writes it"));
    out = Value::string(text);
    return true;
}

bool json(const Call& call, Value& out) {
    bool pretty = false;
    if (!call.flag(1, pretty)) return false;
    std::string text;
    if (pretty)
        write_json_pretty(text, call.values[0]);
    else
        write_json(text, call.values[0]);
    return call.give_text(text, out);
}
bool parse_json(const Call& call, Value& out) {
    string_view text;
    if (!call.text_or_bytes(0, text)) return false;
    // The tree has views into its text, which wants readable bytes behind its end.
    char* copy = static_cast<char*>(call.arena().take(text.size() + json_padding));
    std::memcpy(copy, text.data(), text.size());
    std::memset(copy + text.size(), 0, json_padding);
    if (call.scope.reader->read({copy, text.size()}, call.arena(), out)) return true;
    const JsonError& error = call.scope.reader->error();
    return call.fail(std::string("not JSON at byte ") + std::to_string(error.at) + ": " + error.what);
}

bool type(const Call& call, Value& out) {
    out = Value::string(kind_name(call.values[0]));
    return true;
}
bool is_empty(const Call& call, Value& out) {
    const Value& of = call.values[0];
    const Kind kind = of.kind();
    const bool has_length = kind == Kind::string || kind == Kind::bytes || kind == Kind::array || kind == Kind::object;
    out = Value::boolean(of.is_absent() || (has_length && of.length() == 0));
    return true;
}
bool fails(const Call& call, Value&) {
    string_view why;
    if (!call.text(0, why)) return false;
    return fail(call.scope, std::string(why));
}

bool timestamp(const Call& call, Value& out) {
    if (call.values[0].kind() == Kind::timestamp) {
        out = call.values[0];
        return true;
    }
    string_view text;
    if (!call.text(0, text)) return false;
    const auto instant = read_timestamp(text);
    if (!instant) return call.fail(shown(call.values[0]) + " is no RFC 3339 timestamp, such as 2026-01-31T10:00:00Z");
    out = Value::nanoseconds(Kind::timestamp, *instant);
    return true;
}

bool hash64(const Call& call, Value& out) {
    const Value& of = call.values[0];
    std::string json_text;
    string_view bytes = of.text();
    if (of.kind() != Kind::string && of.kind() != Kind::bytes) {
        write_json(json_text, of);
        bytes = json_text;
    }
    out = Value::integer(static_cast<std::int64_t>(fnv1a(bytes)));
    return true;
}
bool sha256(const Call& call, Value& out) {
    string_view bytes;
    if (!call.text_or_bytes(0, bytes)) return false;
    auto* digest = static_cast<unsigned char*>(call.arena().take(SHA256_DIGEST_LENGTH));
    SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
    out = Value::bytes({reinterpret_cast<const char*>(digest), SHA256_DIGEST_LENGTH});
    return true;
}
bool hex(const Call& call, Value& out) {
    string_view bytes;
    if (!call.text_or_bytes(0, bytes)) return false;
    if (bytes.size() > max_text / 2) return call.fail("the text is longer than 16 MB");
    std::string text;
    write_hex(text, bytes);
    return call.give_text(text, out);
}
bool base64(const Call& call, Value& out) {
    string_view bytes;
    if (!call.text_or_bytes(0, bytes)) return false;
    if (bytes.size() > max_text / 4 * 3) return call.fail("the text is longer than 16 MB");
    std::string text;
    write_base64(text, bytes);
    return call.give_text(text, out);
}
bool bytes_of(const Call& call, Value& out) {
    string_view text;
    if (!call.text(0, text)) return false;
    out = Value::bytes(text);
    return true;
}
bool utf8(const Call& call, Value& out) {
    if (call.values[0].kind() != Kind::bytes) return call.wrong(0, "bytes");
    if (!is_utf8(call.values[0].text())) return call.fail("the bytes are no UTF-8");
    out = Value::string(call.values[0].text());
    return true;
}

constexpr Implementation list[] = {
    {"int", to_int},
    {"decimal", to_decimal},
    {"double", to_double},
    {"bool", to_bool},
    {"string", to_string},
    {"json", json},
    {"parse_json", parse_json},
    {"type", type, true, true},
    {"is_empty", is_empty, true, true},
    {"fail", fails},
    {"timestamp", timestamp},
    {"hash64", hash64},
    {"sha256", sha256},
    {"hex", hex},
    {"base64", base64},
    {"bytes", bytes_of},
    {"utf8", utf8},
};

}  // namespace

std::span<const Implementation> conversion_implementations() { return list; }

}  // namespace weir
