#include "dsl/expressions/builtin_lists.hpp"

namespace weir {

std::vector<Builtin> value_builtins() {
    const BuiltinParameter number{"number", "number"};
    const FailureSet invalid = raises_invalid();
    return {
        {"int", {{"of", "any"}, {"base", "int", true}}, "int", invalid, "A whole number from a text or a number without fraction; `base` 2 to 36 for texts.", R"(int("42"))", "42"},
        {"decimal", {{"of", "any"}}, "decimal", invalid, "A decimal from a text or a number.", R"(decimal("2.50"))", "2.50"},
        {"double", {{"of", "any"}}, "double", invalid, "A double from a text or a number.", R"(double("1.5") == 1.5e0)", "true"},
        {"bool", {{"of", "any"}}, "bool", invalid, "A bool from the texts `true` and `false`.", R"(bool("true"))", "true"},
        {"abs", {number}, "S", invalid, "Without its sign. Fails for the smallest int.", "abs(-3)", "3"},
        {"round", {number, {"digits", "int", true}, {"mode", "string", true}}, "number", invalid, "Rounded to so many digits; without `digits` to an int. Modes: `half_even` (by default), `half_up`, `down`, `up`.", "2.345.round(2)", "2.34"},
        {"floor", {number}, "int", invalid, "The largest whole number that is not above.", "floor(2.7)", "2"},
        {"ceil", {number}, "int", invalid, "The smallest whole number that is not below.", "ceil(2.1)", "3"},
        {"string", {{"of", "any"}}, "string", {}, "A scalar as text, as `${}` writes it. Arrays and objects fail: `json(x)`.", "string(12)", R"("12")"},
        {"json", {{"of", "any"}, {"pretty", "bool", true}}, "string", {}, "A value as JSON text.", R"(json({ a: [1, 2] }))", R"("{\"a\":[1,2]}")"},
        {"parse_json", {{"text", "string | bytes"}}, "any", invalid, "The value that a JSON text holds.", R"(parse_json("[1, 2]"))", "[1,2]"},
        {"type", {{"of", "any"}}, "string", {}, "The name of the value's type: null, bool, int, decimal, double, string, bytes, timestamp, duration, array, object, ..", "type([1])", R"("array")"},
        {"is_empty", {{"of", "any"}}, "bool", {}, "Null, missing, or a text, bytes, array or object without anything in it.", R"(is_empty(""))", "true"},
        {"fail", {{"why", "string"}}, "never", invalid, "Fails as `invalid` with this reason.", R"(fail("no customer") catch 1)", "1"},
        {"env", {{"name", "string"}, {"default", "string", true}}, "string", invalid, "A variable of the environment, for params, secrets and connectors. Without a default it must be there.", R"(env("WEIR_NOT_THERE", "x"))", R"("x")"},
        {"now", {}, "timestamp", {}, "The time, the same one within a step.", "now()", ""},
        {"uuid", {}, "string", {}, "A random UUID, the same one when the step is run again.", "uuid()", ""},
        {"timestamp", {{"text", "string"}}, "timestamp", invalid, "The instant that an RFC 3339 text names.", R"(timestamp("2026-01-31T10:00:00Z"))", R"("2026-01-31T10:00:00Z")"},
        {"hash64", {{"of", "any"}}, "int", {}, "A 64-bit hash (FNV-1a of the text, of the bytes, or of the JSON of anything else), as an int.", R"(hash64("a") == hash64("a"))", "true"},
        {"sha256", {{"of", "string | bytes"}}, "bytes", {}, "The SHA-256 digest, 32 bytes.", R"(sha256("abc").hex().take(8))", R"("ba7816bf")"},
        {"hex", {{"of", "string | bytes"}}, "string", {}, "The bytes in hexadecimal digits, small letters.", R"(hex("az"))", R"("617a")"},
        {"base64", {{"of", "string | bytes"}}, "string", {}, "The bytes as base64 text, with padding.", R"(base64("abc"))", R"("YWJj")"},
        {"bytes", {{"text", "string"}}, "bytes", {}, "The UTF-8 bytes of a text.", R"(bytes("abc").length())", "3"},
        {"utf8", {{"of", "bytes"}}, "string", invalid, "The text that UTF-8 bytes hold.", R"(utf8(bytes("abc")))", R"("abc")"},
    };
}

}  // namespace weir
