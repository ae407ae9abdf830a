#include "engine/evaluate/builtins.hpp"

namespace weir {

namespace {

bool env(const Call& call, Value& out) {
    std::string_view name;
    if (!call.text(0, name)) return false;
    const auto value = call.scope.environment != nullptr ? call.scope.environment->get(name) : std::nullopt;
    if (value) return call.give_text(*value, out);
    if (!call.given(1)) return call.fail("the environment has no variable " + std::string(name));
    std::string_view fallback;
    if (!call.text(1, fallback)) return false;
    out = call.values[1];
    return true;
}
bool now(const Call& call, Value& out) {
    out = Value::nanoseconds(Kind::timestamp, call.scope.now);
    return true;
}
// RFC 9562 version 4, of the random numbers that the step was given.
bool uuid(const Call& call, Value& out) {
    if (call.scope.random == nullptr) return call.fail("there are no random numbers here");
    std::uint64_t a = call.scope.random->next(), b = call.scope.random->next();
    a = (a & ~std::uint64_t{0xf000}) | 0x4000;
    b = (b & ~(std::uint64_t{3} << 62)) | (std::uint64_t{1} << 63);
    char* text = static_cast<char*>(call.arena().take(36));
    out = Value::string({text, 36});
    for (int digit = 0; digit < 32; ++digit) {
        if (digit == 8 || digit == 12 || digit == 16 || digit == 20) *text++ = '-';
        const std::uint64_t half = digit < 16 ? a : b;
        *text++ = "0123456789abcdef"[(half >> (60 - 4 * (digit % 16))) & 15];
    }
    return true;
}

constexpr Implementation list[] = {
    {"env", env, false},
    {"now", now, false},
    {"uuid", uuid, false},
};

}  // namespace

std::span<const Implementation> outside_implementations() { return list; }

}  // namespace weir
