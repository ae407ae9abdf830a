// The table of keys holds what counts: keys whose time is over leave it though nobody asks for them again.
#include "engine/runtime/keys.hpp"

#include <doctest/doctest.h>

using namespace weir;

namespace {

Key key(std::uint64_t n) { return {{n * 0x9e3779b97f4a7c15, n * 0xc2b2ae3d27d4eb4f + 1}, n}; }

}  // namespace

TEST_CASE("keys that come once each, and are over after a while, do not pile up") {
    Keys keys;
    constexpr std::uint64_t count = 400'000, lasts = 5'000;  // one each tick, so that five thousand count
    std::size_t most = 0;
    for (std::uint64_t n = 0; n < count; ++n) {
        const EngineTime now(static_cast<std::int64_t>(n));
        REQUIRE(keys.look(key(n).fingerprint, now).state == Keys::State::free);
        keys.claim(key(n));
        keys.done(key(n), n + 1, now + EngineTime(lasts));
        most = std::max(most, keys.size());
        if (n >= lasts) REQUIRE(keys.look(key(n - lasts + 1).fingerprint, now).state == Keys::State::done);  // none goes before its time (K9)
    }
    CHECK(most < 40'000);
}

TEST_CASE("what is claimed or held outlives every sweep") {
    Keys keys;
    keys.claim(key(1));
    keys.hold(key(2), 7);
    keys.done(key(3), 8, EngineTime(10));
    keys.sweep(EngineTime(1'000'000));
    CHECK(keys.size() == 2);
    CHECK(keys.look(key(1).fingerprint, EngineTime(1'000'000)).state == Keys::State::claimed);
    CHECK(keys.look(key(2).fingerprint, EngineTime(1'000'000)).row == 7);
}
