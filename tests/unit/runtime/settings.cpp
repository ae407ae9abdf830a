// What a plan row keeps of the parameters of a run, and that a later look computes with the same.
#include "engine/runtime/settings.hpp"

#include "tests/unit/runtime/small_world.hpp"

using namespace weir;

namespace {

struct Given {
    SmallWorld w;
    Arena arena;
    JsonReader reader;
    Message nothing;
    std::unique_ptr<Compiler> compiler;  // owns the constants in `params`
    std::vector<Value> params;
    Given(const std::string& text, const std::map<std::string, std::string>& settings) {
        w.environment = MapEnvironment({{"KEY", "canary"}, {"REGION", "north"}});
        EngineOptions options;
        options.settings = settings;
        w.start(text, std::move(options));
        REQUIRE_MESSAGE(w.error.empty(), w.error);
        REQUIRE_MESSAGE(take(settings), "the settings don't fit");
    }
    bool take(const std::map<std::string, std::string>& settings) {
        compiler = std::make_unique<Compiler>(w.plan);
        Scope scope;
        scope.arena = &arena;
        scope.reader = &reader;
        scope.random = &w.random;
        scope.environment = &w.environment;
        scope.message = &nothing;
        scope.locals.resize(w.plan.frame);
        return static_cast<bool>(evaluate_params(w.plan, settings, *compiler, scope, params));
    }
    std::string kept() const { return write_params(w.plan, params); }
};

const char* const text = R"(
param count: int = 5
param share: decimal = 0.25
param pause: duration = 90s
param most: size = 10MB
param since: timestamp = @2026-01-31T10:00:00Z
param loud: bool = false
param note: string = "as written"
param region: string = env("REGION")
param both: {a: int} = {a: 1}
secret key = env("KEY")
queue out
flow f from out { log "${count}" }
)";

}  // namespace

TEST_CASE("a plan row keeps what its run was given, in texts that give the same values again, and no secret") {
    Given one(text, {{"count", "7"}, {"pause", "1m30s"}, {"note", "a \"b\" \\ \n c"}});
    const std::string kept = one.kept();
    CHECK(kept.find("canary") == kept.npos);
    CHECK(kept.find("\"test.key\"") == kept.npos);
    CHECK(kept.find("\"test.count\":\"7\"") != kept.npos);
    CHECK(kept.find("\"test.region\":\"north\"") != kept.npos);
    CHECK(kept.find("\"test.note\":\"a \\\"b\\\" \\\\ \\n c\"") != kept.npos);
    CHECK(kept.find("both") == kept.npos);  // stands in the text
    // Taken as settings, with another environment, they are the same once more.
    std::map<std::string, std::string> settings;
    std::string padded = kept;
    padded.append(json_padding, '\0');
    Value object;
    REQUIRE(one.reader.read(std::string_view(padded).substr(0, kept.size()), one.arena, object));
    for (std::uint32_t n = 0; n < object.length(); ++n) settings[std::string(object.o[n].key.text())] = object.o[n].value.text();
    CHECK(settings.size() == 8);
    one.w.environment = MapEnvironment({{"KEY", "other"}, {"REGION", "south"}});
    REQUIRE(one.take(settings));
    CHECK(one.kept() == kept);
}

TEST_CASE("the hash of a plan row covers plan and parameters, and is the plan's own where there are none") {
    CHECK(row_hash("abc", "") == "abc");
    CHECK(row_hash("abc", "{\"t.n\":\"1\"}") != row_hash("abc", "{\"t.n\":\"2\"}"));
    CHECK(row_hash("abc", "{\"t.n\":\"1\"}") != row_hash("abd", "{\"t.n\":\"1\"}"));
    CHECK(with_params("", "{\"t.n\":\"1\"}").empty());
    CHECK(with_params("{}", "{\"t.n\":\"1\"}") == "{\"params\":{\"t.n\":\"1\"}}");
    CHECK(with_params("{\"texts\":{}}", "{\"t.n\":\"1\"}") == "{\"texts\":{},\"params\":{\"t.n\":\"1\"}}");
    CHECK(with_params("{\"texts\":{}}", "") == "{\"texts\":{}}");
}

TEST_CASE("parameters that are lists, objects or wide decimals are there as long as the engine runs") {
    SmallWorld w;
    w.start(R"(
param list: [string] = ["alpha", "beta"]
param both: {a: {b: [int]}} = {a: {b: [1, 2, 3]}}
param wide: decimal = 12345678901234567890123456789.5
queue orders
queue out
flow f from orders {
    translate { list: list, both: both, wide: wide, of: body }
    -> out
}
)");
    REQUIRE_MESSAGE(w.error.empty(), w.error);
    std::vector<std::string> bodies(50), expected;
    for (std::size_t n = 0; n < bodies.size(); ++n) {
        bodies[n] = std::to_string(n);
        expected.push_back(R"({"list":["alpha","beta"],"both":{"a":{"b":[1,2,3]}},"wide":12345678901234567890123456789.5,"of":)" + bodies[n] + "}");
    }
    w.put("orders", bodies);
    w.executor.run_until_idle();
    CHECK(w.rows("out") == expected);
}
